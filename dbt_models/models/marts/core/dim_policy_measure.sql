{{ config(materialized='table') }}

with measures as (select * from {{ ref('policy_measures') }}),

regions as (select * from {{ ref('int_regions__current') }})

select
    {{ declared_columns('measures', {
        'region_level': 'regions.region_level',
        'region_name': 'regions.region_name',
    }) }}
from measures
left join regions on measures.region_code = regions.region_code
where measures.municipality_code = '{{ var('municipality_code') }}'
