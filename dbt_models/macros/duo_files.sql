{# How DUO writes things in its files. #}

{# A location is 06EI00, or the school's code and the location's number apart: 06EI and 00 or 0. #}
{% macro school_location_code(institution_code, location) -%}
    case when length({{ location }}) > 2 then {{ location }} else {{ institution_code }} || lpad({{ location }}, 2, '0') end
{%- endmacro %}

{# A day is 20251001 or 2025-10-01. #}
{% macro duo_day(text) -%}
    make_date(
            try_cast(substr(replace({{ text }}, '-', ''), 1, 4) as integer),
            try_cast(substr(replace({{ text }}, '-', ''), 5, 2) as integer),
            try_cast(substr(replace({{ text }}, '-', ''), 7, 2) as integer)
        )
{%- endmacro %}

{# A count of one to four persons is written as <5. The sum over several columns: what is known for sure, the least and
   the most that it can be. #}
{% macro duo_sum(part, columns) -%}
    {%- set of_five = {'known': 0, 'lower': 1, 'upper': 4}[part] -%}
    {%- for column in columns -%}
        case {{ column }} when '<5' then {{ of_five }} else try_cast(coalesce({{ column }}, '0') as integer) end
        {{- '\n        + ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
