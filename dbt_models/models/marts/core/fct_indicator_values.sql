with figures as (select * from {{ ref('int_indicators__final') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks move at every run and figures do not, so they meet only here.
select
    figures.region_code,
    figures.region_vintage,
    figures.region_level,
    figures.indicator_code,
    figures.edition_year,
    figures.period_type,
    figures.period,
    figures.period_start_date,
    figures.period_end_date,
    figures.numerator,
    figures.denominator,
    figures.denominator_period,
    figures.value,
    figures.lower_bound,
    figures.upper_bound,
    figures.status,
    figures.missing_reason,
    figures.is_current,
    figures.feed,
    figures.delivery_id,
    figures.denominator_feed,
    figures.denominator_delivery_id,
    least(figures.released_at, figures.denominator_released_at) as released_at,
    least(clocks.checked_at, denominator_clocks.checked_at) as checked_at,
    least(clocks.fresh_until, denominator_clocks.fresh_until) as fresh_until
from figures
left join freshness as clocks on figures.feed = clocks.feed
left join freshness as denominator_clocks on figures.denominator_feed = denominator_clocks.feed
