-- Other municipalities stand beside the own one in mart_municipality_profile alone.
with figures as (select * from {{ ref('int_indicators__noise') }} where not is_of_other_municipality),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks move at every run and figures do not, so they meet only here.
select
    {{ declared_columns('figures', {
        'region_name': 'regions.region_name',
        'is_series_break':
            'coalesce(dictionary.series_break_date between figures.period_start_date and figures.period_end_date, false)',
        'released_at': 'least(figures.released_at, figures.denominator_released_at)',
        'checked_at': 'least(clocks.checked_at, denominator_clocks.checked_at)',
        'fresh_until': 'least(clocks.fresh_until, denominator_clocks.fresh_until)',
    }) }}
from figures
left join regions on figures.region_code = regions.region_code and figures.region_vintage = regions.region_vintage
left join dictionary on figures.indicator_code = dictionary.indicator_code
left join freshness as clocks on figures.feed = clocks.feed
left join freshness as denominator_clocks on figures.denominator_feed = denominator_clocks.feed
