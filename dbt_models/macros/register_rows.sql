{# The neighbourhood that a register names, or unknown where it names none. #}
{% macro neighbourhood_or_unknown(code) -%}
    case when regexp_full_match(upper({{ code }}), 'BU[0-9]{8}') then upper({{ code }}) else 'unknown' end
{%- endmacro %}
