{{ config(materialized='table') }}

with errors as (select * from {{ ref('int_outlook__errors') }}),

inputs as (select * from {{ ref('int_outlook__inputs') }}),

municipality as (select * from {{ ref('int_outlook__municipality') }}),

members as (select * from {{ ref('int_outlook__members') }}),

clocks as (select * from {{ ref('int_outlook__clocks') }}),

regions as (
    select distinct
        region_level,
        region_code
    from members
    union all
    select distinct
        region_level,
        region_code
    from municipality
),

-- Every region, and each level as a whole.
wanted as (
    select
        region_level,
        region_code,
        1 as regions_count
    from regions
    union all
    select
        region_level,
        null::string as region_code,
        count(*) as regions_count
    from regions
    group by region_level
),

-- One and the same edition for all regions: the first that was projected ten years on.
tested as (
    select
        *,
        min(origin_year) over (partition by indicator_code) as first_origin_year
    from errors
    where year - origin_year = 10
),

first_tests as (select * from tested where origin_year = first_origin_year),

pooled as (
    select
        *,
        region_code as pooled_region_code
    from first_tests
    union all
    select
        *,
        null::string as pooled_region_code
    from first_tests
),

measured as (
    select
        indicator_code,
        region_level,
        pooled_region_code as region_code,
        min(origin_year) as origin_year,
        min(year) as year,
        count(*) as regions_count,
        100.0 * sum(absolute_error) / nullif(sum(actual_value), 0) as wape_pct,
        100.0 * sum(naive_error) / nullif(sum(actual_value), 0) as naive_wape_pct
    from pooled
    group by indicator_code, region_level, pooled_region_code
),

known as (
    select
        indicator_code,
        coalesce(min(case when region_level = 'neighbourhood' then year end), min(year)) as first_year,
        max(year) as newest_year
    from inputs
    group by indicator_code
),

age_groups as (
    select
        indicator_code,
        min(year) as first_year
    from inputs
    where region_level = 'municipality' and role = 'age'
    group by indicator_code
),

ages as (select max(first_year) as first_year from age_groups),

borders as (select max(border_year) as border_year from municipality),

reasons as (
    select
        known.indicator_code,
        case
            when known.first_year + 10 > known.newest_year and known.first_year > coalesce(borders.border_year, 0)
                then 'Dit cijfer is pas sinds ' || known.first_year || ' bekend.'
            when greatest(known.first_year, ages.first_year + 5) + 10 <= known.newest_year
                then 'De grenzen van toen zijn niet om te rekenen naar die van nu.'
            when borders.border_year is not null
                then 'De gemeente heeft sinds ' || borders.border_year || ' andere grenzen.'
            else
                'De leeftijden van de gemeente zijn pas sinds ' || ages.first_year
                || ' bekend, en daaruit moet eerst vijf jaar blijken hoe ze verschuiven.'
        end as reason_nl
    from known
    cross join ages
    cross join borders
)

select
    clocks.indicator_code,
    wanted.region_level,
    wanted.region_code,
    measured.origin_year,
    measured.year,
    coalesce(measured.regions_count, 0) as tested_regions_count,
    wanted.regions_count,
    measured.wape_pct,
    measured.naive_wape_pct,
    case when measured.regions_count is null then reasons.reason_nl end as reason_nl
from clocks
cross join wanted
inner join reasons on clocks.indicator_code = reasons.indicator_code
left join measured
    on
        clocks.indicator_code = measured.indicator_code
        and wanted.region_level = measured.region_level
        and wanted.region_code is not distinct from measured.region_code
-- Persons of 80 and older are forecast of the municipality alone.
where clocks.role <> 'oldest' or wanted.region_level = 'municipality'
