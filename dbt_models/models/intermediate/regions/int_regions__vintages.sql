{{ config(materialized='table') }}

with regions as (select * from {{ ref('int_regions__listed') }}),

provinces as (select * from {{ ref('municipality_provinces') }}),

placed as (
    select
        *,
        case
            when region_level = 'neighbourhood' then 'WK' || substr(region_code, 3, 6)
            when region_level = 'district' then region_code
        end as district_code,
        case when region_level <> 'country' then 'GM' || substr(region_code, 3, 4) end as municipality_code
    from regions
),

-- CBS says per edition whether a code and its border are those of the year before (1) or not (2, 3).
-- Nothing is said about a year we do not hold, so a gap counts as a change.
changes as (
    select
        *,
        coalesce(boundary_change_code in ('2', '3'), false)
        or lag(region_vintage) over (partition by region_code order by region_vintage) is distinct from region_vintage - 1
            as is_changed
    from placed
),

lineage as (
    select
        *,
        max(case when is_changed then region_vintage end)
            over (partition by region_code order by region_vintage) as unchanged_since,
        region_vintage = max(region_vintage) over () as is_newest_vintage,
        {{ last_known('urbanity_class') }} over (
            partition by region_code order by region_vintage rows between unbounded preceding and current row
        )::integer as known_urbanity_class
    from changes
)

select
    lineage.region_code,
    lineage.region_vintage,
    lineage.region_level,
    lineage.region_name,
    case lineage.region_level
        when 'neighbourhood' then lineage.district_code
        when 'district' then lineage.municipality_code
        when 'area' then lineage.municipality_code
        when 'municipality' then 'NL00'
    end as parent_region_code,
    lineage.district_code,
    districts.region_name as district_name,
    lineage.municipality_code,
    case when lineage.region_level <> 'country' then lineage.municipality_name end as municipality_name,
    lineage.most_common_postcode,
    lineage.boundary_change_code,
    lineage.unchanged_since,
    lineage.is_newest_vintage,
    case when lineage.region_level = 'municipality' then provinces.province_nl end as province_nl,
    case when lineage.region_level = 'municipality' then {{ municipality_size_class('lineage.population_count') }} end
        as size_class,
    -- CBS fills an edition in parts: until then the class is that of the year before.
    case when lineage.region_level = 'municipality' then lineage.known_urbanity_class end as urbanity_class
from lineage
left join regions as districts
    on lineage.district_code = districts.region_code and lineage.region_vintage = districts.region_vintage
left join provinces on lineage.municipality_code = provinces.municipality_code
