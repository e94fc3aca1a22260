{{ config(materialized='table') }}

with regions as (select * from {{ ref('int_regions__vintages') }})

select
    region_code,
    region_vintage,
    region_level,
    region_name,
    parent_region_code,
    district_code,
    district_name,
    municipality_code,
    municipality_name,
    most_common_postcode,
    boundary_change_code,
    unchanged_since,
    is_newest_vintage
from regions
