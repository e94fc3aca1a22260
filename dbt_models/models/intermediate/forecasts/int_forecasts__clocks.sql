with series as (select * from {{ ref('int_forecasts__series') }}),

regions as (select * from {{ ref('int_forecasts__regions') }}),

-- All regions of an indicator enter each of its forecasts.
of_series as (
    select
        indicator_code,
        max(period_type) as period_type,
        max(period_end_date) as last_known_date,
        max(feed) as feed,
        min(released_at) as released_at,
        max(case when status <> 'definitive' then 1 else 0 end) = 1 as is_provisional
    from series
    group by indicator_code
),

of_sizes as (
    select
        indicator_code,
        max(size_feed) as size_feed,
        min(size_released_at) as released_at
    from regions
    group by indicator_code
)

select
    of_series.indicator_code,
    of_series.period_type,
    of_series.last_known_date,
    of_series.feed,
    nullif(of_sizes.size_feed, of_series.feed) as denominator_feed,
    least(of_series.released_at, of_sizes.released_at) as released_at,
    case when of_series.is_provisional then 'provisional' else 'definitive' end as status
from of_series
inner join of_sizes on of_series.indicator_code = of_sizes.indicator_code
