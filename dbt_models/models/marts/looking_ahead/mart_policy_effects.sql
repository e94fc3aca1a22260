with summaries as (select * from {{ ref('int_effects__summaries') }}),

regions as (select * from {{ ref('int_regions__current') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks move at every run and figures do not, so they meet only here.
select
    {{ declared_columns('summaries', {
        'region_name': 'regions.region_name',
        'checked_at': 'least(
            clocks.checked_at,
            denominator_clocks.checked_at,
            control_clocks.checked_at,
            control_denominator_clocks.checked_at
        )',
        'fresh_until': 'least(
            clocks.fresh_until,
            denominator_clocks.fresh_until,
            control_clocks.fresh_until,
            control_denominator_clocks.fresh_until
        )',
    }) }}
from summaries
left join regions on summaries.region_code = regions.region_code
left join freshness as clocks on summaries.feed = clocks.feed
left join freshness as denominator_clocks on summaries.denominator_feed = denominator_clocks.feed
left join freshness as control_clocks on summaries.control_feed = control_clocks.feed
left join freshness as control_denominator_clocks on summaries.control_denominator_feed = control_denominator_clocks.feed
