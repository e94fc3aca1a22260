with points as (select * from {{ ref('int_effects__points') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks move at every run and figures do not, so they meet only here.
select
    {{ declared_columns('points', {
        'is_complete_period': 'true',
        'checked_at': 'least(clocks.checked_at, denominator_clocks.checked_at)',
        'fresh_until': 'least(clocks.fresh_until, denominator_clocks.fresh_until)',
    }) }}
from points
left join freshness as clocks on points.feed = clocks.feed
left join freshness as denominator_clocks on points.denominator_feed = denominator_clocks.feed
