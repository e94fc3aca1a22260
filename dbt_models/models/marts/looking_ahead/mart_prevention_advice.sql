with spreads as (select * from {{ ref('int_advice__spreads') }}),

gates as (
    select *
    from {{ ref('int_advice__gates') }}
    where gate_order = 1 and is_plan_passed
),

options as (select * from {{ ref('int_advice__options') }}),

regions as (select * from {{ ref('int_regions__current') }}),

publication as (select * from {{ ref('stg_maandvers__publication') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Advice expires: what follows from the day meets the plans only here.
select
    {{ declared_columns('spreads', {
        'region_name': 'regions.region_name',
        'plan_name_nl': 'gates.name_nl',
        'purpose_nl': 'gates.purpose_nl',
        'owner_nl': 'gates.owner_nl',
        'indicator_code': 'gates.indicator_code',
        'horizon_years': 'gates.horizon_years',
        'budget_eur': 'gates.budget_eur',
        'floor_pct': 'gates.floor_pct',
        'first_decider_nl': 'gates.first_decider_nl',
        'second_decider_nl': 'gates.second_decider_nl',
        'decision_reason_nl': 'gates.decision_reason_nl',
        'decided_on': 'gates.decided_on',
        'expires_on': 'gates.expires_on',
        'option_name_nl': 'options.name_nl',
        'dose_nl': 'options.dose_nl',
        'period_end_date': 'gates.period_end_date',
        'status': 'gates.status',
        'feed': 'gates.feed',
        'denominator_feed': 'gates.denominator_feed',
        'outline_feed': 'gates.outline_feed',
        'released_at': 'gates.released_at',
        'checked_at': 'least(clocks.checked_at, denominator_clocks.checked_at, outline_clocks.checked_at)',
        'fresh_until': 'least(
        clocks.fresh_until, denominator_clocks.fresh_until, outline_clocks.fresh_until, gates.expires_on
    )',
    }) }}
from spreads
inner join gates on spreads.plan_code = gates.plan_code
inner join publication on gates.decided_on <= publication.published_on and gates.expires_on >= publication.published_on
left join regions on spreads.region_code = regions.region_code
left join options on spreads.plan_code = options.plan_code and spreads.option_code = options.option_code
left join freshness as clocks on gates.feed = clocks.feed
left join freshness as denominator_clocks on gates.denominator_feed = denominator_clocks.feed
left join freshness as outline_clocks on gates.outline_feed = outline_clocks.feed
