{{ config(materialized='table') }}

with crosswalk as (select * from {{ ref('int_regions__crosswalk') }})

select
    {{ declared_columns('crosswalk', {
        'to_code': "coalesce(to_code, 'unknown')",
    }) }}
from crosswalk
