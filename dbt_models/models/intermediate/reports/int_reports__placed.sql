{{ config(materialized='table') }}

-- Municipalities fill one code or the other.
with located as (
    select
        reports.report_id,
        {{ local_time('reports.reported_at') }}::date as reported_date,
        locations.buurt_code,
        locations.area_code,
        locations.longitude,
        locations.latitude
    from {{ ref('stg_signalen__reports') }} as reports
    left join {{ ref('stg_signalen__locations') }} as locations on reports.location_id = locations.location_id
)

{{ placed_in_neighbourhoods('raw_signalen', 'locations', 'located', 'reported_date') }}
