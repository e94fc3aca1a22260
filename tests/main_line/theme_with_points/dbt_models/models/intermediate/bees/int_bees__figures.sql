{% set indicators = {'bees.counts': {'bee_count': 'bee_count'}} %}

with by_region as (
    select
        parts.region_code,
        parts.region_level,
        last_day(placed.observed_date) as reference_date,
        placed.delivery_id,
        sum(placed.bee_count) as bee_count
    from {{ ref('int_bees__placed') }} as placed
    inner join {{ ref('int_regions__parts') }} as parts on placed.place_code = parts.neighbourhood_code
    group by all
)

{{ figures_of('by_region', indicators, in_month_of('reference_date')) }}
