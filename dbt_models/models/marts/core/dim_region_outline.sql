with drawn as (select * from {{ ref('int_regions__drawn') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    {{ declared_columns('drawn', {
        'checked_at': 'clocks.checked_at',
        'fresh_until': 'clocks.fresh_until',
    }) }}
from drawn
left join freshness as clocks on drawn.feed = clocks.feed
