{#
    Whether a row is of a municipality of which only the total is stored: one to be compared with, whose figures go past
    the rounding, the borders and the areas of the own one. Needs the relation `regions` of int_regions__vintages. Spark
    would try every pair for a `not in`.
#}
{% macro is_elsewhere(relation) -%}
    coalesce(
        {{ relation }}.region_level = 'municipality'
        and {{ relation }}.region_code <> '{{ var('municipality_code') }}'
        and not coalesce(
            {{ relation }}.region_code in (
                select parts.municipality_code
                from regions as parts
                where parts.region_level = 'neighbourhood'
            ),
            false
        ),
        false
    )
{%- endmacro %}

{# CBS's size class of a municipality. #}
{% macro municipality_size_class(inhabitants) -%}
    case
        when {{ inhabitants }} < 5000 then 'under 5,000'
        when {{ inhabitants }} < 10000 then '5,000 to 9,999'
        when {{ inhabitants }} < 20000 then '10,000 to 19,999'
        when {{ inhabitants }} < 50000 then '20,000 to 49,999'
        when {{ inhabitants }} < 100000 then '50,000 to 99,999'
        when {{ inhabitants }} < 150000 then '100,000 to 149,999'
        when {{ inhabitants }} < 250000 then '150,000 to 249,999'
        when {{ inhabitants }} >= 250000 then '250,000 and more'
    end
{%- endmacro %}
