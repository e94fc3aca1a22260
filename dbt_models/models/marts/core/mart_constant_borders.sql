with figures as (select * from {{ ref('int_indicators__constant_borders') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks move at every run and figures do not, so they meet only here.
select
    {{ declared_columns('figures', {
        'region_name': 'regions.region_name',
        'checked_at': 'least(clocks.checked_at, outline_clocks.checked_at, weight_clocks.checked_at)',
        'fresh_until': 'least(clocks.fresh_until, outline_clocks.fresh_until, weight_clocks.fresh_until)',
    }) }}
from figures
left join regions on figures.region_code = regions.region_code and figures.region_vintage = regions.region_vintage
left join freshness as clocks on figures.feed = clocks.feed
left join freshness as outline_clocks on figures.outline_feed = outline_clocks.feed
left join freshness as weight_clocks on figures.weight_feed = weight_clocks.feed
