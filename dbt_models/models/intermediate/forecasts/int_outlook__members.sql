with parts as (select * from {{ ref('int_regions__parts') }})

-- Neighbourhoods of each region; the municipality has figures of its own.
select
    region_code,
    region_level,
    neighbourhood_code
from parts
where region_level <> 'municipality'
