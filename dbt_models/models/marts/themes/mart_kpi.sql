with board as (select * from {{ ref('int_kpi__board') }}),

indicators as (select * from {{ ref('dim_indicator') }}),

regions as (select * from {{ ref('int_regions__current') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    {{ declared_columns('board', {
        'municipality_name': 'regions.region_name',
        'unit_nl': 'indicators.unit_nl',
        'decimals': 'indicators.decimals',
        'checked_at': 'least(clocks.checked_at, denominator_clocks.checked_at)',
        'fresh_until': 'least(clocks.fresh_until, denominator_clocks.fresh_until)',
    }) }}
from board
left join regions on board.municipality_code = regions.region_code
left join indicators on board.indicator_code = indicators.indicator_code
left join freshness as clocks on board.feed = clocks.feed
left join freshness as denominator_clocks on board.denominator_feed = denominator_clocks.feed
