with stated as (
    select *
    from {{ ref('scenarios') }}
    where municipality_code = '{{ var('municipality_code') }}'
),

plans as (
    select *
    from {{ ref('housing_plans') }}
    where municipality_code = '{{ var('municipality_code') }}'
),

named as (
    select *
    from (
        values
        ('unchanged', 0, 'Bij ongewijzigd beleid', 'De komende twaalf maanden gaan zoals de maanden ervoor, zonder nieuwe maatregelen.'),
        ('rates_held', 1, 'Zelfde gebruik', 'Mensen van dezelfde leeftijd gebruiken later evenveel zorg als nu. Alleen de bevolking verandert.'),
        ('trend', 2, 'Trend zet door', 'Het gebruik per leeftijd verandert zoals in de laatste jaren, elk jaar wat minder sterk.'),
        ('policy', 3, 'Volgens beleid', 'Het gebruik per leeftijd verandert zoals de gemeente in haar beleid heeft opgeschreven. Ook plannen voor nieuwe woningen waarover nog niet is besloten, tellen mee.')
    ) as names (scenario_code, scenario_order, label_nl, definition_nl)
),

-- A row without a scenario counts in each of the long term.
assumed as (
    select
        named.scenario_code,
        count(*) as assumptions_count,
        {{ joined_texts('distinct stated.source_nl', '; ', 'stated.source_nl') }} as sources_nl
    from named
    inner join stated on coalesce(stated.scenario_code, named.scenario_code) = named.scenario_code
    where named.scenario_code <> 'unchanged'
    group by named.scenario_code
),

built as (
    select
        named.scenario_code,
        sum(plans.dwellings_count) as dwellings_count
    from named
    inner join plans on plans.is_decided or named.scenario_code = 'policy'
    where named.scenario_code <> 'unchanged'
    group by named.scenario_code
)

select
    named.scenario_code,
    named.scenario_order,
    named.label_nl,
    named.definition_nl,
    coalesce(assumed.assumptions_count, 0) as assumptions_count,
    assumed.sources_nl,
    coalesce(built.dwellings_count, 0) as planned_dwellings_count
from named
left join assumed on named.scenario_code = assumed.scenario_code
left join built on named.scenario_code = built.scenario_code
