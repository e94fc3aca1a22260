{{ config(materialized='table') }}

with short_term as (select * from {{ ref('int_forecasts__short_term') }}),

series as (select * from {{ ref('int_forecasts__series') }}),

origins as (select * from {{ ref('int_forecasts__origins') }}),

-- Beside what came: the same period a year before, and the mean of the two years before the origin.
compared as (
    select
        short_term.indicator_code,
        series.region_level,
        short_term.region_code,
        short_term.origin_period,
        short_term.period,
        series.period_end_date,
        short_term.horizon,
        series.periods_per_year,
        short_term.mean_value,
        series.value as actual_value,
        year_before.value as year_before_value,
        origins.two_years_mean,
        origins.absolute_scale,
        origins.squared_scale,
        short_term.probability_below,
        short_term.probability_at
    from short_term
    inner join series
        on
            short_term.region_code = series.region_code
            and short_term.indicator_code = series.indicator_code
            and short_term.period = series.period
    inner join series as year_before
        on
            series.region_code = year_before.region_code
            and series.indicator_code = year_before.indicator_code
            and series.period_number - series.periods_per_year = year_before.period_number
    inner join origins
        on
            short_term.region_code = origins.region_code
            and short_term.indicator_code = origins.indicator_code
            and short_term.origin_period = origins.origin_period
    where series.value is not null and year_before.value is not null
)

select
    *,
    mean_value - actual_value as error,
    year_before_value - actual_value as year_before_error,
    two_years_mean - actual_value as two_years_error,
    {{ expected_coverage(0.5) }} as is_within_50,
    {{ expected_coverage(0.8) }} as is_within_80
from compared
