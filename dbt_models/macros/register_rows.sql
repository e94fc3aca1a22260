{# A name as another file of the same department spells it: landing folds case and spaces within one file only. #}
{% macro spelled_as_in(other, row, name) -%}
    coalesce(
        (select min(other.{{ name }}) from {{ other }} as other where lower(other.{{ name }}) = lower({{ row }}.{{ name }})),
        {{ row }}.{{ name }}
    )
{%- endmacro %}
{# The name of a department on the municipality's list, as that spells it: another may be a person's name, and is not shown. #}
{% macro listed_department(row) -%}
    coalesce(
        (
            select min(listed.department_name)
            from {{ ref('departments') }} as listed
            where
                listed.municipality_code = '{{ var('municipality_code') }}'
                and lower(listed.department_name) = lower({{ row }}.department_name)
        ),
        '{{ other_departments() }}'
    )
{%- endmacro %}
{% macro other_departments() %}Overige afdelingen{% endmacro %}
