{# Of fewer persons, as shown, no amount, duration or hours are published. #}
{% macro fewest_persons() -%} 10 {%- endmacro %}

{# Of fewer staff, absence is published over twelve months alone. #}
{% macro fewest_staff_in_month() -%} 50 {%- endmacro %}

{# A percentile of durations, where there are enough that it is not that of one report. #}
{% macro percentile_of_enough(durations, fraction) -%}
    case when count({{ durations }}) >= 5 then {{ percentile(durations, fraction) }} end
{%- endmacro %}

{# The mean of a total per person, to a power of ten that is no more than one person's share of that mean: so many persons bear
   no more digits, and the mean does not lead back to their exact number. #}
{% macro mean_as_borne(total, persons) -%}
    case
        when {{ persons }} > 0 and {{ total }} <> 0
            then round(
                {{ total }} / {{ persons }}, -floor(log10(abs({{ total }}) / {{ persons }} / {{ persons }}))::integer
            )
        when {{ persons }} > 0 and {{ total }} = 0 then 0
    end
{%- endmacro %}
