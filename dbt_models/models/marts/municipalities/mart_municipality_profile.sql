with profile as (select * from {{ ref('int_municipalities__profile') }}),

regions as (select * from {{ ref('dim_region') }}),

indicators as (select * from {{ ref('dim_indicator') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    {{ declared_columns('profile', {
        'municipality_name': 'regions.region_name',
        'province_nl': 'regions.province_nl',
        'theme_code': 'indicators.theme_code',
        'indicator_label_nl': 'indicators.label_nl',
        'unit_nl': 'indicators.unit_nl',
        'direction': 'indicators.direction',
        'figure_checked_at': 'least(clocks.checked_at, denominator_clocks.checked_at)',
        'figure_released_at': 'profile.released_at',
        'figure_fresh_until': 'least(clocks.fresh_until, denominator_clocks.fresh_until)',
        'chosen_peers_checked_at': 'least(clocks.checked_at, denominator_clocks.checked_at, weight_clocks.checked_at)',
        'chosen_peers_released_at': 'least(profile.released_at, profile.weight_released_at)',
        'chosen_peers_fresh_until': 'least(clocks.fresh_until, denominator_clocks.fresh_until, weight_clocks.fresh_until)',
        'checked_at': 'least(
            clocks.checked_at,
            denominator_clocks.checked_at,
            weight_clocks.checked_at,
            class_clocks.checked_at
            )',
        'released_at': 'least(profile.released_at, profile.weight_released_at, profile.class_released_at)',
        'fresh_until': 'least(
            clocks.fresh_until,
            denominator_clocks.fresh_until,
            weight_clocks.fresh_until,
            class_clocks.fresh_until
            )',
    }) }}
from profile
left join regions
    on profile.municipality_code = regions.region_code and profile.region_vintage = regions.region_vintage
left join indicators on profile.indicator_code = indicators.indicator_code
left join freshness as clocks on profile.feed = clocks.feed
left join freshness as denominator_clocks on profile.denominator_feed = denominator_clocks.feed
left join freshness as weight_clocks on profile.weight_feed = weight_clocks.feed
left join freshness as class_clocks on profile.class_feed = class_clocks.feed
