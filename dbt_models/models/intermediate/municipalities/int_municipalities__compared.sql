{{ config(materialized='table') }}

with figures as (select * from {{ ref('int_indicators__noise') }} where region_level = 'municipality'),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

classes as (select * from {{ ref('int_municipalities__classes') }})

select
    figures.region_code as municipality_code,
    figures.region_vintage,
    classes.size_class,
    classes.class_feed,
    classes.class_released_at,
    figures.indicator_code,
    dictionary.direction,
    dictionary.factor,
    dictionary.weight,
    -- The largest municipality is not the best one, so what is counted or added up has no place; its rate has. Nor has a
    -- figure whose part of chance is unknown.
    figures.noise_lower is not null
    and figures.noise_upper is not null
    and figures.value is not null
    and dictionary.aggregation <> 'sum'
    and dictionary.unit <> 'count' as is_ranked,
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
    figures.is_current,
    figures.feed,
    figures.released_at,
    figures.denominator_feed,
    figures.denominator_released_at
from figures
inner join dictionary on figures.indicator_code = dictionary.indicator_code
left join classes on figures.region_code = classes.municipality_code
