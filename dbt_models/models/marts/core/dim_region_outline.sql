with drawn as (select * from {{ ref('int_regions__drawn') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    drawn.region_code,
    drawn.region_vintage,
    drawn.region_level,
    drawn.region_name,
    drawn.municipality_code,
    drawn.outline_geojson,
    drawn.longitude,
    drawn.latitude,
    drawn.period_end_date,
    drawn.feed,
    drawn.delivery_id,
    clocks.checked_at,
    drawn.released_at,
    clocks.fresh_until
from drawn
left join freshness as clocks on drawn.feed = clocks.feed
