{{ config(materialized='table') }}

with plans as (select * from {{ ref('int_advice__plans') }}),

options as (select * from {{ ref('int_advice__options') }}),

spreads as (select * from {{ ref('int_advice__spreads') }}),

quality as (select * from {{ ref('int_outlook__quality') }}),

clocks as (select * from {{ ref('int_outlook__clocks') }}),

newest as (select max(origin_period) as origin_period from {{ ref('int_outlook__forecasts') }} where is_latest),

verdicts as (
    select
        plans.plan_code,
        max(case when quality.beats_naive then 1 else 0 end) as beats_naive
    from plans
    left join quality
        on
            plans.indicator_code = quality.indicator_code
            and quality.region_level = 'neighbourhood'
            and quality.region_code is null
    group by plans.plan_code
),

-- Graded A or B as an own measure, or taken from research; with its standard error.
known_options as (
    select
        plan_code,
        name_nl,
        coalesce(
            effect_standard_error_pct is not null
            and (evidence_grade in ('A', 'B') or (evidence_grade is null and effect_source_nl is not null)),
            false
        ) as is_known
    from options
),

evidence as (
    select
        plans.plan_code,
        count(known_options.is_known) as options_count,
        count(case when known_options.is_known then 1 end) as known_count,
        {{ joined_texts(
            'case when not known_options.is_known then known_options.name_nl end', ', ', 'known_options.name_nl'
        ) }}
            as unknown_options_nl
    from plans
    left join known_options on plans.plan_code = known_options.plan_code
    group by plans.plan_code
),

alternatives as (
    select
        plans.plan_code,
        count(distinct case when spreads.alternative_code <> 'per_head' then spreads.alternative_code end) as near_optimal_count,
        count(distinct case when spreads.alternative_code = 'per_head' then spreads.alternative_code end) as per_head_count,
        count(case when spreads.region_level = 'district' then 1 end) as district_rows_count,
        count(case when spreads.region_level = 'district' then spreads.cost_lower_eur end) as ranges_count,
        count(case when spreads.region_level = 'district' then spreads.is_loser end) as losers_said_count
    from plans
    left join spreads on plans.plan_code = spreads.plan_code
    group by plans.plan_code
),

judged as (
    select
        plans.plan_code,
        plans.purpose_nl is not null and plans.owner_nl is not null as has_purpose,
        verdicts.beats_naive = 1 as has_forecast,
        evidence.options_count > 0 and evidence.known_count = evidence.options_count as has_effects,
        evidence.unknown_options_nl,
        alternatives.near_optimal_count >= 3 and alternatives.per_head_count = 1 as has_alternatives,
        alternatives.district_rows_count > 0
        and alternatives.ranges_count = alternatives.district_rows_count
        and alternatives.losers_said_count = alternatives.district_rows_count as has_stability,
        coalesce(plans.first_decider_nl <> plans.second_decider_nl, false)
        and plans.decision_reason_nl is not null
        and plans.decided_on is not null as has_decision
    from plans
    inner join verdicts on plans.plan_code = verdicts.plan_code
    inner join evidence on plans.plan_code = evidence.plan_code
    inner join alternatives on plans.plan_code = alternatives.plan_code
),

gates as (
    select
        plan_code,
        1 as gate_order,
        'purpose_and_owner' as gate_code,
        'Doel en eigenaar staan vast' as label_nl,
        has_purpose as is_passed,
        'Er staat niet bij waarvoor het plan dient, of wie er verantwoordelijk voor is.' as reason_nl,
        'Laat opschrijven waarvoor het plan dient en wie er verantwoordelijk voor is. Het datateam zet dat in het plan.' as action_nl
    from judged
    union all
    select
        plan_code,
        2 as gate_order,
        'forecast_beats_baseline' as gate_code,
        'De verwachting per buurt is beter dan een vast aandeel van de gemeente' as label_nl,
        has_forecast as is_passed,
        'De verwachting per buurt was in eerdere jaren niet beter dan een vast aandeel van de gemeente.' as reason_nl,
        'Kies een cijfer waarvan de verwachting per buurt wel beter was, of wacht: bij nieuwe cijfers wordt opnieuw vergeleken.'
            as action_nl
    from judged
    union all
    select
        plan_code,
        3 as gate_order,
        'effects_known' as gate_code,
        'Van elke maatregel is het effect bekend, met zijn onzekerheid' as label_nl,
        has_effects as is_passed,
        coalesce(
            'Het effect is niet gemeten met oordeel A of B, en ook niet bekend uit onderzoek dat zegt hoe onzeker het is: '
            || unknown_options_nl || '.',
            'Het plan heeft nog geen maatregelen.'
        ) as reason_nl,
        'Zoek onderzoek dat ook zegt hoe onzeker het effect is, meet het effect zelf door niet overal tegelijk te beginnen, of haal de maatregel uit het plan.'
            as action_nl
    from judged
    union all
    select
        plan_code,
        4 as gate_order,
        'alternatives' as gate_code,
        'Er zijn minstens drie bijna even goede plannen, met de verdeling per inwoner ernaast' as label_nl,
        has_alternatives as is_passed,
        'Er zijn geen drie verschillende plannen gevonden die bijna even goed zijn.' as reason_nl,
        'Geef meer ruimte om te kiezen: een groter budget, een lager minimum per wijk, of meer soorten maatregelen.' as action_nl
    from judged
    union all
    select
        plan_code,
        5 as gate_order,
        'stability_and_losers' as gate_code,
        'Per wijk staat erbij hoe zeker het bedrag is en of de wijk erop achteruitgaat' as label_nl,
        has_stability as is_passed,
        'Niet van elke wijk is bekend hoe zeker het bedrag is en of de wijk minder krijgt dan bij verdeling per inwoner.' as reason_nl,
        'Zorg dat er een plan te berekenen is: met maatregelen, en met een budget dat groot genoeg is voor het minimum van elke wijk.'
            as action_nl
    from judged
    union all
    select
        plan_code,
        6 as gate_order,
        'two_people_decided' as gate_code,
        'Twee mensen met naam hebben besloten dat het advies getoond wordt, en waarom' as label_nl,
        has_decision as is_passed,
        'Er staan geen twee verschillende namen bij, met een reden en een datum.' as reason_nl,
        'Laat twee medewerkers besluiten of het advies getoond mag worden. Het datateam zet hun namen, hun reden en de datum in het plan.'
            as action_nl
    from judged
)

select
    gates.plan_code,
    gates.gate_order,
    gates.gate_code,
    gates.label_nl,
    gates.is_passed,
    case when not gates.is_passed then gates.reason_nl end as reason_nl,
    case when not gates.is_passed then gates.action_nl end as action_nl,
    min(case when gates.is_passed then 1 else 0 end) over (partition by gates.plan_code) = 1 as is_plan_passed,
    plans.name_nl,
    plans.purpose_nl,
    plans.owner_nl,
    plans.indicator_code,
    plans.horizon_years,
    plans.budget_eur,
    plans.floor_pct,
    plans.first_decider_nl,
    plans.second_decider_nl,
    plans.decision_reason_nl,
    plans.decided_on,
    (plans.decided_on + interval 6 month)::date as expires_on,
    make_date(newest.origin_period::integer, 12, 31) as period_end_date,
    clocks.status,
    clocks.feed,
    clocks.denominator_feed,
    clocks.outline_feed,
    clocks.released_at
from gates
inner join plans on gates.plan_code = plans.plan_code
inner join clocks on plans.indicator_code = clocks.indicator_code
cross join newest
where newest.origin_period is not null
