{{ config(materialized='table') }}

with regions as (select * from {{ ref('int_regions__vintages') }}),

newest as (
    select *
    from regions
    qualify row_number() over (partition by region_code order by region_vintage desc) = 1
)

select
    region_code,
    region_level,
    region_name,
    parent_region_code,
    district_code,
    district_name,
    municipality_code,
    municipality_name,
    region_vintage,
    is_newest_vintage
from newest
union all
-- Rows without a region of ours refer to this one.
select
    'unknown' as region_code,
    'unknown' as region_level,
    'Onbekend' as region_name,
    null as parent_region_code,
    null as district_code,
    null as district_name,
    null as municipality_code,
    null as municipality_name,
    null as region_vintage,
    false as is_newest_vintage
