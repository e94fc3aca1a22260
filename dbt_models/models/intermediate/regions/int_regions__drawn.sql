{{ config(materialized='table') }}

with outlines as (select * from {{ ref('int_regions__outlines') }}),

borders as (select * from {{ ref('stg_pdok__borders') }}),

own_areas as (select * from {{ ref('own_areas') }}),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }}),

-- One delivery holds all outlines of a year.
edition as (
    select
        borders.region_vintage,
        max(borders.delivery_id) as delivery_id,
        min(deliveries.released_at) as released_at
    from borders
    left join deliveries
        on
            deliveries.feed = 'pdok.borders'
            and borders.delivery_id = deliveries.delivery_id
            and borders.region_vintage = deliveries.edition_year
    group by borders.region_vintage
),

named as (
    select
        region_code,
        region_vintage,
        region_level,
        region_name,
        municipality_code
    from borders
    where not is_water
    union all
    select
        area_code as region_code,
        edition.region_vintage,
        'area' as region_level,
        max(area_name) as region_name,
        max(municipality_code) as municipality_code
    from own_areas
    cross join edition
    group by area_code, edition.region_vintage
)

select
    outlines.region_code,
    outlines.region_vintage,
    named.region_level,
    named.region_name,
    named.municipality_code,
    outlines.outline_geojson,
    outlines.longitude,
    outlines.latitude,
    make_date(outlines.region_vintage, 12, 31) as period_end_date,
    'pdok.borders' as feed,
    edition.delivery_id,
    edition.released_at
from outlines
inner join named
    on outlines.region_code = named.region_code and outlines.region_vintage = named.region_vintage
inner join edition on outlines.region_vintage = edition.region_vintage
