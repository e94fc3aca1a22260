with key_figures as (select * from {{ ref('stg_cbs__key_figures') }}),

reports as (select * from {{ ref('stg_signalen__reports') }}),

locations as (select * from {{ ref('stg_signalen__locations') }}),

-- A supplier that is late may not silence another's theme: while CBS is withheld, the codes in the municipality's own
-- reports still say where they are. Names are then missing, and nothing else.
codes_in_reports as (
    select distinct region_code
    from (
        select buurt_code as region_code from locations
        union all
        select area_code from locations
    ) as codes
    where
        regexp_full_match(region_code, 'BU[0-9]{8}')
        and 'GM' || substr(region_code, 3, 4) = '{{ env_var('MAANDVERS_WAREHOUSE_MUNICIPALITY', 'GM9999') }}'
        and not exists (select 1 from key_figures)
),

regions_in_reports as (
    select region_code, 'neighbourhood' as region_level from codes_in_reports
    union
    select 'WK' || substr(region_code, 3, 6), 'district' from codes_in_reports
    union
    select '{{ env_var('MAANDVERS_WAREHOUSE_MUNICIPALITY', 'GM9999') }}', 'municipality'
    from reports
    where not exists (select 1 from key_figures)
),

newest_report as (select year({{ local_time('max(updated_at)') }}) as report_year from reports),

listed as (
    select
        region_code,
        edition_year as region_vintage,
        region_level,
        region_name,
        municipality_name,
        boundary_change_code,
        most_common_postcode
    from key_figures
    union all
    select
        regions_in_reports.region_code,
        newest_report.report_year::integer as region_vintage,
        regions_in_reports.region_level,
        null as region_name,
        null as municipality_name,
        null as boundary_change_code,
        null as most_common_postcode
    from regions_in_reports
    cross join newest_report
)

select * from listed
