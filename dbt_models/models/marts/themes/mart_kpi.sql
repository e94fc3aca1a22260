with board as (select * from {{ ref('int_kpi__board') }}),

indicators as (select * from {{ ref('dim_indicator') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    board.kpi_order,
    board.municipality_code,
    board.indicator_code,
    board.board_label_nl,
    indicators.unit_nl,
    indicators.decimals,
    board.direction,
    board.period_type,
    board.period,
    board.period_start_date,
    board.period_end_date,
    board.value,
    board.noise_lower,
    board.noise_upper,
    board.status,
    board.previous_period,
    board.previous_value,
    board.year_before_period,
    board.year_before_value,
    board.change,
    board.target_value,
    board.tolerance,
    board.traffic_light,
    board.trend,
    board.feed,
    board.denominator_feed,
    least(clocks.checked_at, denominator_clocks.checked_at) as checked_at,
    board.released_at,
    least(clocks.fresh_until, denominator_clocks.fresh_until) as fresh_until
from board
left join indicators on board.indicator_code = indicators.indicator_code
left join freshness as clocks on board.feed = clocks.feed
left join freshness as denominator_clocks on board.denominator_feed = denominator_clocks.feed
