{{ config(materialized='view') }}

with profile as (select * from {{ ref('int_neighbourhoods__profile') }}),

regions as (select * from {{ ref('dim_region') }}),

indicators as (select * from {{ ref('dim_indicator') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }}),

final as (
    select
        profile.neighbourhood_code,
        profile.region_vintage,
        regions.region_name as neighbourhood_name,
        profile.district_code,
        regions.district_name,
        profile.municipality_code,
        regions.municipality_name,
        profile.urbanity_class,
        profile.size_class,
        profile.indicator_code,
        indicators.theme_code,
        indicators.label_nl as indicator_label_nl,
        indicators.unit_nl,
        indicators.direction,
        profile.period_type,
        profile.period,
        profile.period_start_date,
        profile.period_end_date,
        profile.value,
        profile.noise_lower,
        profile.noise_upper,
        profile.status,
        profile.missing_reason,
        profile.year_before_value,
        profile.change,
        profile.is_change_outside_noise,
        profile.district_value,
        profile.municipality_value,
        profile.country_value,
        profile.class_peers_value,
        profile.class_peers_count,
        profile.chosen_peers_value,
        profile.chosen_peers_count,
        profile.first_rank,
        profile.last_rank,
        profile.ranked_count,
        profile.feed,
        profile.denominator_feed,
        least(clocks.checked_at, denominator_clocks.checked_at, class_clocks.checked_at) as checked_at,
        least(clocks.fresh_until, denominator_clocks.fresh_until, class_clocks.fresh_until) as fresh_until
    from profile
    left join regions
        on profile.neighbourhood_code = regions.region_code and profile.region_vintage = regions.region_vintage
    left join indicators on profile.indicator_code = indicators.indicator_code
    left join freshness as clocks on profile.feed = clocks.feed
    left join freshness as denominator_clocks on profile.denominator_feed = denominator_clocks.feed
    -- Both classes come from the key figures.
    left join freshness as class_clocks
        on class_clocks.feed = 'cbs.key_figures' and (profile.urbanity_class is not null or profile.size_class is not null)
)

select * from final
