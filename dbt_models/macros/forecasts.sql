{# The expressions by which forecasts are judged. #}

{# The mean of the rows in which the expression is known, the same in any order of rows. #}
{% macro mean_of(expression) -%}
    {{ exact_sum(expression) }} / nullif(count({{ expression }}), 0)
{%- endmacro %}

{# How much of a figure lies inside the central band of a width: the expectation of the randomised probability integral
   transform, since a count has steps (Czado, Gneiting and Held, 2009). Its mean is the width where forecasts are right. #}
{% macro expected_coverage(width) -%}
    {%- set lower, upper = (1 - width) / 2, (1 + width) / 2 -%}
    case
        when probability_at > probability_below
            then greatest(
                least(probability_at, {{ upper }}) - greatest(probability_below, {{ lower }}), 0
            ) / (probability_at - probability_below)
        when probability_at between {{ lower }} and {{ upper }} then 1.0
        else 0.0
    end
{%- endmacro %}
