{# The task field a detail belongs to, the same over all years: 6.71a (to 2024) and 6.711 (from 2025) are 6.71. #}
{% macro task_field(detail_code) -%}
    regexp_replace(substr({{ detail_code }}, 1, 4), '[a-z]$', '')
{%- endmacro %}
