with nowcasts as (select * from {{ ref('int_nowcasts__shown') }}),

regions as (select * from {{ ref('int_regions__current') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks move at every run and nowcasts do not, so they meet only here.
select
    {{ declared_columns('nowcasts', {
        'region_name': 'regions.region_name',
        'is_complete_period': 'nowcasts.final_value is not null',
        'checked_at': 'clocks.checked_at',
        'fresh_until': 'clocks.fresh_until',
    }) }}
from nowcasts
left join regions on nowcasts.region_code = regions.region_code
left join freshness as clocks on nowcasts.feed = clocks.feed
