with gates as (select * from {{ ref('int_advice__gates') }}),

publication as (select * from {{ ref('stg_maandvers__publication') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }}),

-- The one gate that depends on the day.
every_gate as (
    select
        plan_code,
        gate_order,
        gate_code,
        label_nl,
        is_passed,
        reason_nl,
        action_nl
    from gates
    union all
    select
        gates.plan_code,
        gates.gate_order + 6 as gate_order,
        'not_expired' as gate_code,
        'Het besluit is niet ouder dan zes maanden' as label_nl,
        coalesce(publication.published_on between gates.decided_on and gates.expires_on, false) as is_passed,
        case
            when coalesce(publication.published_on between gates.decided_on and gates.expires_on, false) then null
            else 'Er is geen besluit van de laatste zes maanden.'
        end as reason_nl,
        case
            when coalesce(publication.published_on between gates.decided_on and gates.expires_on, false) then null
            else 'Laat twee medewerkers een besluit nemen met de cijfers van nu. Het geldt zes maanden.'
        end as action_nl
    from gates
    cross join publication
    where gates.gate_order = 1
)

select
    {{ declared_columns('every_gate', {
        'plan_name_nl': 'gates.name_nl',
        'purpose_nl': 'gates.purpose_nl',
        'owner_nl': 'gates.owner_nl',
        'indicator_code': 'gates.indicator_code',
        'period_end_date': 'gates.period_end_date',
        'feed': 'gates.feed',
        'denominator_feed': 'gates.denominator_feed',
        'outline_feed': 'gates.outline_feed',
        'released_at': 'gates.released_at',
        'checked_at': 'least(clocks.checked_at, denominator_clocks.checked_at, outline_clocks.checked_at)',
        'fresh_until': 'least(clocks.fresh_until, denominator_clocks.fresh_until, outline_clocks.fresh_until)',
    }) }}
from every_gate
inner join gates on every_gate.plan_code = gates.plan_code and gates.gate_order = 1
left join freshness as clocks on gates.feed = clocks.feed
left join freshness as denominator_clocks on gates.denominator_feed = denominator_clocks.feed
left join freshness as outline_clocks on gates.outline_feed = outline_clocks.feed
