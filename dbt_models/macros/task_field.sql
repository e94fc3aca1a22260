{#
    The task field a detail belongs to, the same over all years: 6.71a (to 2024) and 6.711 (from 2025) are 6.71. A detail
    that seeds/taakvelden.csv names is a task field itself: 6.791 is Wmo and 6.792 youth care.
#}
{% macro task_field(detail_code) -%}
    case
        when {{ detail_code }} in (select task_field_code from {{ ref('taakvelden') }}) then {{ detail_code }}
        else regexp_replace(substr({{ detail_code }}, 1, 4), '[a-z]$', '')
    end
{%- endmacro %}
