with short_term as (select * from {{ ref('int_forecasts__quality') }}),

long_term as (select * from {{ ref('int_outlook__quality') }}),

quality as (
    select
        indicator_code,
        region_level,
        region_code,
        method,
        origins_count,
        points_count,
        longest_horizon,
        mase,
        rmsse,
        naive_mase,
        two_years_mase,
        wape_year_pct,
        naive_wape_year_pct,
        coverage_50_pct,
        coverage_80_pct,
        beats_naive,
        reason_nl,
        null::string as ten_years_origin_period,
        null::string as ten_years_period,
        null::double as ten_years_wape_pct,
        null::double as naive_ten_years_wape_pct,
        null::bigint as ten_years_regions_count,
        null::bigint as regions_count,
        null::string as ten_years_reason_nl,
        period_end_date,
        feed,
        denominator_feed,
        outline_feed,
        released_at
    from short_term
    union all
    select
        indicator_code,
        region_level,
        region_code,
        method,
        origins_count,
        points_count,
        longest_horizon,
        mase,
        rmsse,
        naive_mase,
        two_years_mase,
        wape_year_pct,
        naive_wape_year_pct,
        coverage_50_pct,
        coverage_80_pct,
        beats_naive,
        reason_nl,
        ten_years_origin_period,
        ten_years_period,
        ten_years_wape_pct,
        naive_ten_years_wape_pct,
        ten_years_regions_count,
        regions_count,
        ten_years_reason_nl,
        period_end_date,
        feed,
        denominator_feed,
        outline_feed,
        released_at
    from long_term
),

regions as (select * from {{ ref('int_regions__current') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks move at every run and errors do not, so they meet only here.
select
    {{ declared_columns('quality', {
        'region_name': 'regions.region_name',
        'region_code': "coalesce(quality.region_code, 'all')",
        'checked_at': 'least(clocks.checked_at, denominator_clocks.checked_at, outline_clocks.checked_at)',
        'fresh_until': 'least(clocks.fresh_until, denominator_clocks.fresh_until, outline_clocks.fresh_until)',
    }) }}
from quality
left join regions on quality.region_code = regions.region_code
left join freshness as clocks on quality.feed = clocks.feed
left join freshness as denominator_clocks on quality.denominator_feed = denominator_clocks.feed
left join freshness as outline_clocks on quality.outline_feed = outline_clocks.feed
