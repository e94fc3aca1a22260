with figures as (select * from {{ ref('int_revisions__figures') }}),

publication as (select * from {{ ref('stg_maandvers__publication') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks, and the day on which news is published, move at every run and figures do not, so they meet only here.
select
    {{ declared_columns('figures', {
        'region_name': 'regions.region_name',
        'last_changed_on': 'coalesce(figures.last_changed_on, publication.published_on)',
        'released_at': 'least(figures.released_at, figures.denominator_released_at)',
        'checked_at': 'least(clocks.checked_at, denominator_clocks.checked_at)',
        'fresh_until': 'least(clocks.fresh_until, denominator_clocks.fresh_until)',
    }) }}
from figures
cross join publication
left join regions on figures.region_code = regions.region_code and figures.region_vintage = regions.region_vintage
left join freshness as clocks on figures.feed = clocks.feed
left join freshness as denominator_clocks on figures.denominator_feed = denominator_clocks.feed
