with key_figures as (select * from {{ ref('stg_cbs__key_figures') }}),

borders as (select * from {{ ref('stg_pdok__borders') }}),

reports as (select * from {{ ref('stg_signalen__reports') }}),

locations as (select * from {{ ref('stg_signalen__locations') }}),

needed as (
    select not exists (select 1 from key_figures) and not exists (select 1 from borders where not is_water) as is_needed
),

neighbourhoods as (
    select distinct region_code
    from (
        select buurt_code as region_code from locations
        union all
        select area_code from locations
    ) as codes
    where
        {{ is_match('region_code', '^BU[0-9]{8}$') }}
        and 'GM' || substr(region_code, 3, 4) = '{{ var('municipality_code') }}'
),

regions as (
    select region_code, 'neighbourhood' as region_level from neighbourhoods
    union
    select 'WK' || substr(region_code, 3, 6), 'district' from neighbourhoods
    union
    select '{{ var('municipality_code') }}', 'municipality' from reports
),

newest_report as (select year({{ local_time('max(updated_at)') }})::integer as region_vintage from reports),

in_reports as (
    select
        regions.region_code,
        newest_report.region_vintage,
        regions.region_level
    from regions
    cross join newest_report
    cross join needed
    where needed.is_needed
)

select * from in_reports
