{{ config(materialized='table') }}

with crosswalk as (select * from {{ ref('int_regions__crosswalk') }})

select
    from_code,
    from_vintage,
    coalesce(to_code, 'unknown') as to_code,
    to_vintage,
    weight,
    change,
    quality,
    is_by_outline
from crosswalk
