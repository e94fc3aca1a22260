with figures as (select * from {{ ref('int_indicators__constant_borders') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks move at every run and figures do not, so they meet only here.
select
    figures.region_code,
    figures.region_vintage,
    figures.indicator_code,
    figures.edition_year,
    figures.period_type,
    figures.period,
    figures.period_start_date,
    figures.period_end_date,
    figures.numerator,
    figures.denominator,
    figures.value,
    figures.quality,
    figures.feed,
    figures.delivery_id,
    figures.outline_feed,
    figures.weight_feed,
    least(clocks.checked_at, outline_clocks.checked_at, weight_clocks.checked_at) as checked_at,
    figures.released_at,
    least(clocks.fresh_until, outline_clocks.fresh_until, weight_clocks.fresh_until) as fresh_until
from figures
left join freshness as clocks on figures.feed = clocks.feed
left join freshness as outline_clocks on figures.outline_feed = outline_clocks.feed
left join freshness as weight_clocks on figures.weight_feed = weight_clocks.feed
