{{ config(materialized='table') }}

with declared as (
    select * from (values {{ declared_measures() }}) as declared (mart_name, column_name, named_after, description)
),

dictionary as (select * from {{ ref('int_indicators__dictionary') }})

select
    {{ declared_columns('declared', {
        'indicator_code': 'dictionary.indicator_code',
        'label_nl': 'dictionary.label_nl',
        'description': "coalesce(dictionary.definition_nl, declared.description)",
        'unit_nl': 'dictionary.unit_nl',
    }) }}
from declared
left join dictionary on declared.named_after = dictionary.indicator_code
