{{ config(materialized='table') }}

with short_term as (select * from {{ ref('int_forecasts__short_term') }}),

regions as (select * from {{ ref('int_forecasts__regions') }}),

series as (select * from {{ ref('int_forecasts__series') }}),

quality as (select * from {{ ref('int_forecasts__quality') }}),

clocks as (select * from {{ ref('int_forecasts__clocks') }}),

years as (
    select
        indicator_code,
        max(period_number) - max(periods_per_year) as year_before_number
    from series
    group by indicator_code
),

-- Beside the newest forecast: the one of a year before, of which the truth is known.
origins as (
    select distinct
        series.indicator_code,
        series.period
    from series
    inner join years
        on series.indicator_code = years.indicator_code and series.period_number = years.year_before_number
),

dated as (
    select
        short_term.*,
        regions.region_level,
        regions.periods_per_year,
        substr(short_term.period, 1, 4)::integer as year_number,
        case regions.periods_per_year
            when 12 then substr(short_term.period, 6, 2)::integer
            when 4 then 3 * substr(short_term.period, 7, 1)::integer
            else 12
        end as last_month
    from short_term
    inner join regions
        on short_term.region_code = regions.region_code and short_term.indicator_code = regions.indicator_code
    left join origins
        on short_term.indicator_code = origins.indicator_code and short_term.origin_period = origins.period
    where short_term.is_latest or origins.period is not null
)

select
    dated.region_code,
    dated.region_level,
    dated.indicator_code,
    clocks.period_type,
    dated.origin_period,
    dated.period,
    make_date(dated.year_number, dated.last_month - (12 / dated.periods_per_year)::integer + 1, 1) as period_start_date,
    last_day(make_date(dated.year_number, dated.last_month, 1)) as period_end_date,
    dated.horizon,
    'unchanged' as scenario_code,
    dated.mean_value,
    dated.lower_80,
    dated.lower_50,
    dated.upper_50,
    dated.upper_80,
    dated.method,
    coalesce(quality.beats_naive, false) as beats_naive,
    dated.is_latest,
    series.value as actual_value,
    clocks.status,
    clocks.feed,
    clocks.denominator_feed,
    null::string as outline_feed,
    clocks.released_at
from dated
inner join clocks on dated.indicator_code = clocks.indicator_code
left join quality on dated.indicator_code = quality.indicator_code and dated.region_code = quality.region_code
left join series
    on
        dated.region_code = series.region_code
        and dated.indicator_code = series.indicator_code
        and dated.period = series.period
