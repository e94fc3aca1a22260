with profile as (select * from {{ ref('int_neighbourhoods__profile') }}),

regions as (select * from {{ ref('dim_region') }}),

indicators as (select * from {{ ref('dim_indicator') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

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
    least(clocks.checked_at, denominator_clocks.checked_at) as figure_checked_at,
    profile.released_at as figure_released_at,
    least(clocks.fresh_until, denominator_clocks.fresh_until) as figure_fresh_until,
    least(clocks.checked_at, denominator_clocks.checked_at, weight_clocks.checked_at) as chosen_peers_checked_at,
    least(profile.released_at, profile.weight_released_at) as chosen_peers_released_at,
    least(clocks.fresh_until, denominator_clocks.fresh_until, weight_clocks.fresh_until) as chosen_peers_fresh_until,
    least(
        clocks.checked_at,
        denominator_clocks.checked_at,
        weight_clocks.checked_at,
        class_clocks.checked_at
    ) as checked_at,
    least(profile.released_at, profile.weight_released_at, profile.class_released_at) as released_at,
    least(
        clocks.fresh_until,
        denominator_clocks.fresh_until,
        weight_clocks.fresh_until,
        class_clocks.fresh_until
    ) as fresh_until
from profile
left join regions
    on profile.neighbourhood_code = regions.region_code and profile.region_vintage = regions.region_vintage
left join indicators on profile.indicator_code = indicators.indicator_code
left join freshness as clocks on profile.feed = clocks.feed
left join freshness as denominator_clocks on profile.denominator_feed = denominator_clocks.feed
left join freshness as weight_clocks on profile.weight_feed = weight_clocks.feed
left join freshness as class_clocks on profile.class_feed = class_clocks.feed
