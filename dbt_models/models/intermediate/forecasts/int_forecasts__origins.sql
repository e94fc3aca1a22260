with series as (select * from {{ ref('int_forecasts__series') }}),

short_term as (select * from {{ ref('int_forecasts__short_term') }}),

origins as (
    select distinct
        short_term.region_code,
        short_term.indicator_code,
        short_term.origin_period,
        series.period_number as origin_number,
        series.periods_per_year
    from short_term
    inner join series
        on
            short_term.region_code = series.region_code
            and short_term.indicator_code = series.indicator_code
            and short_term.origin_period = series.period
),

changes as (
    select
        series.region_code,
        series.indicator_code,
        series.period_number,
        series.value,
        series.value - year_before.value as change
    from series
    left join series as year_before
        on
            series.region_code = year_before.region_code
            and series.indicator_code = year_before.indicator_code
            and series.period_number - series.periods_per_year = year_before.period_number
)

-- The scale of MASE and RMSSE: the errors of repeating last year in the history of the origin.
select
    origins.region_code,
    origins.indicator_code,
    origins.origin_period,
    {{ exact_sum('abs(changes.change)') }} / nullif(count(changes.change), 0) as absolute_scale,
    {{ exact_sum('changes.change * changes.change') }} / nullif(count(changes.change), 0) as squared_scale,
    {{ exact_sum('case when origins.origin_number - changes.period_number < 2 * origins.periods_per_year
        then changes.value end') }}
    / nullif(
        count(
            case when origins.origin_number - changes.period_number < 2 * origins.periods_per_year then changes.value end
        ),
        0
    ) as two_years_mean
from origins
inner join changes
    on
        origins.region_code = changes.region_code
        and origins.indicator_code = changes.indicator_code
        and origins.origin_number >= changes.period_number
group by origins.region_code, origins.indicator_code, origins.origin_period
