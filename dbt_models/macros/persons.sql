{# Smallest published count of persons whose amounts, durations and hours are published. #}
{% macro fewest_persons() -%} 10 {%- endmacro %}

{# Smallest number of staff whose absence is published per month; of fewer only over twelve months. #}
{% macro fewest_staff_in_month() -%} 50 {%- endmacro %}

{# A percentile of at least five durations; null for fewer, since it would be the duration of one report. #}
{% macro percentile_of_enough(durations, fraction) -%}
    case when count({{ durations }}) >= 5 then {{ percentile(durations, fraction) }} end
{%- endmacro %}

{# Mean per person, rounded to the largest power of ten below mean / persons. More digits would not be significant for so
   few persons, and could reveal their exact number. #}
{% macro mean_per_contributor(total, persons) -%}
    case
        when {{ persons }} > 0 and {{ total }} <> 0
            then {{ rounded_to(
                total ~ ' / ' ~ persons,
                '-floor(log10(abs(' ~ total ~ ') / ' ~ persons ~ ' / ' ~ persons ~ '))::integer'
            ) }}
        when {{ persons }} > 0 and {{ total }} = 0 then 0
    end
{%- endmacro %}
