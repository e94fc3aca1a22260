{{ config(materialized='table') }}

with regions as (select * from {{ ref('int_regions__vintages') }}),

figures as (select * from {{ ref('int_indicators__noise') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

neighbourhoods as (
    select
        region_code as neighbourhood_code,
        region_vintage,
        region_name as neighbourhood_name,
        district_code,
        municipality_code,
        unchanged_since
    from regions
    where region_level = 'neighbourhood' and is_newest_vintage
)

-- A figure in older borders speaks of the same neighbourhood only if code and border have stayed since. Without a name
-- the code stands in reports only, while CBS is withheld, and nothing is known of borders.
select
    neighbourhoods.neighbourhood_code,
    neighbourhoods.region_vintage,
    neighbourhoods.district_code,
    neighbourhoods.municipality_code,
    neighbourhoods.unchanged_since,
    figures.indicator_code,
    dictionary.direction,
    dictionary.unit,
    dictionary.aggregation,
    dictionary.weight,
    dictionary.factor,
    figures.period_type,
    figures.period,
    figures.period_start_date,
    figures.period_end_date,
    figures.is_complete_period,
    figures.numerator,
    figures.denominator,
    figures.value,
    figures.noise_lower,
    figures.noise_upper,
    figures.status,
    figures.missing_reason,
    figures.feed,
    figures.released_at,
    figures.denominator_feed,
    figures.denominator_released_at
from neighbourhoods
inner join figures on neighbourhoods.neighbourhood_code = figures.region_code
inner join dictionary on figures.indicator_code = dictionary.indicator_code
where
    figures.is_current
    and (figures.region_vintage >= neighbourhoods.unchanged_since or neighbourhoods.neighbourhood_name is null)
