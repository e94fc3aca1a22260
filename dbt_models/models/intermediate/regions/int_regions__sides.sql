{{ config(materialized='table') }}

with outlines as (
    select
        region_code,
        region_vintage,
        geometry
    from {{ ref('stg_pdok__borders') }}
    where
        region_level = 'neighbourhood'
        and not is_water
        and municipality_code = '{{ var('municipality_code') }}'
),

rings as (
    select
        region_code,
        region_vintage,
        {{ items_of(rings_of('geometry')) }} as corners
    from outlines
),

numbered as (
    select
        region_code,
        region_vintage,
        corners,
        {{ numbers_from_to(1, length_of_list('corners') ~ ' - 1') }} as place
    from rings
),

sides as (
    select
        region_code,
        region_vintage,
        {{ item_of(item_of('corners', 'place'), 1) }} as from_longitude,
        {{ item_of(item_of('corners', 'place'), 2) }} as from_latitude,
        {{ item_of(item_of('corners', 'place + 1'), 1) }} as to_longitude,
        {{ item_of(item_of('corners', 'place + 1'), 2) }} as to_latitude
    from numbered
)

-- A point is compared with the sides in its own band of latitude only.
select
    *,
    {{ numbers_from_to(
        latitude_band('least(from_latitude, to_latitude)'), latitude_band('greatest(from_latitude, to_latitude)')
    ) }} as band
from sides
where from_latitude <> to_latitude
