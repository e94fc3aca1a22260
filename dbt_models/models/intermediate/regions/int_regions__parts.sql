with regions as (select * from {{ ref('int_regions__vintages') }}),

own_areas as (select * from {{ ref('own_areas') }}),

own_regions as (
    select
        region_code,
        region_level
    from regions
    where
        is_newest_vintage
        and region_level in ('neighbourhood', 'district', 'area', 'municipality')
        and municipality_code = '{{ var('municipality_code') }}'
)

-- What has no known place still belongs to the municipality.
select
    own_regions.region_code,
    own_regions.region_level,
    neighbourhoods.region_code as neighbourhood_code
from own_regions
inner join own_regions as neighbourhoods
    on
        neighbourhoods.region_level = 'neighbourhood'
        and (
            own_regions.region_code = neighbourhoods.region_code
            or own_regions.region_code = 'WK' || substr(neighbourhoods.region_code, 3, 6)
            or own_regions.region_code = 'GM' || substr(neighbourhoods.region_code, 3, 4)
        )
union all
select
    own_regions.region_code,
    own_regions.region_level,
    own_areas.neighbourhood_code
from own_regions
inner join own_areas on own_regions.region_code = own_areas.area_code
union all
select
    own_regions.region_code,
    own_regions.region_level,
    'unknown' as neighbourhood_code
from own_regions
where own_regions.region_level = 'municipality'
