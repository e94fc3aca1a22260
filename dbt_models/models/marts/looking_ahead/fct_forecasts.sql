with short_term as (select * from {{ ref('int_forecasts__shown') }}),

long_term as (select * from {{ ref('int_outlook__forecasts') }}),

forecasts as (
    select
        region_code,
        region_level,
        indicator_code,
        period_type,
        origin_period,
        period,
        period_start_date,
        period_end_date,
        horizon,
        scenario_code,
        mean_value,
        lower_80,
        lower_50,
        upper_50,
        upper_80,
        method,
        beats_naive,
        is_latest,
        actual_value,
        status,
        feed,
        denominator_feed,
        outline_feed,
        released_at
    from short_term
    union all
    select
        region_code,
        region_level,
        indicator_code,
        period_type,
        origin_period,
        period,
        period_start_date,
        period_end_date,
        horizon,
        scenario_code,
        mean_value,
        lower_80,
        lower_50,
        upper_50,
        upper_80,
        method,
        beats_naive,
        is_latest,
        actual_value,
        status,
        feed,
        denominator_feed,
        outline_feed,
        released_at
    from long_term
),

regions as (select * from {{ ref('int_regions__current') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks move at every run and forecasts do not, so they meet only here.
select
    {{ declared_columns('forecasts', {
        'region_name': 'regions.region_name',
        'is_complete_period': 'forecasts.actual_value is not null',
        'checked_at': 'least(clocks.checked_at, denominator_clocks.checked_at, outline_clocks.checked_at)',
        'fresh_until': 'least(clocks.fresh_until, denominator_clocks.fresh_until, outline_clocks.fresh_until)',
    }) }}
from forecasts
left join regions on forecasts.region_code = regions.region_code
left join freshness as clocks on forecasts.feed = clocks.feed
left join freshness as denominator_clocks on forecasts.denominator_feed = denominator_clocks.feed
left join freshness as outline_clocks on forecasts.outline_feed = outline_clocks.feed
