select
    {{ region_code('region_code') }} as region_code,
    {{ region_level('region_code') }} as region_level,
    substr(period_code, 1, 4)::integer as figures_year,
    -- OData v3 says it in words alone: the subjects of a year that may still change.
    case when coalesce(period_note, '') ilike '%bevolking%' then 'provisional' else 'definitive' end as status,
    population_0_14_count,
    population_15_24_count,
    population_25_44_count,
    population_45_64_count,
    population_65_79_count,
    population_80_plus_count,
    delivery_id
from {{ source('raw_cbs', 'regional_key_figures') }}
-- Municipalities that are no more are in every later year, and a year is there before its figures.
where population_80_plus_count is not null
