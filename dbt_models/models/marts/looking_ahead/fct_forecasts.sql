with forecasts as (select * from {{ ref('int_forecasts__shown') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks move at every run and forecasts do not, so they meet only here.
select
    {{ declared_columns('forecasts', {
        'checked_at': 'least(clocks.checked_at, denominator_clocks.checked_at, outline_clocks.checked_at)',
        'fresh_until': 'least(clocks.fresh_until, denominator_clocks.fresh_until, outline_clocks.fresh_until)',
    }) }}
from forecasts
left join freshness as clocks on forecasts.feed = clocks.feed
left join freshness as denominator_clocks on forecasts.denominator_feed = denominator_clocks.feed
left join freshness as outline_clocks on forecasts.outline_feed = outline_clocks.feed
