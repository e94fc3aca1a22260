{{ config(materialized='table') }}

with summaries as (select * from {{ ref('int_effects__results') }} where part = 'summary'),

registrations as (select * from {{ ref('int_effects__registrations') }}),

clocks as (select * from {{ ref('int_effects__clocks') }}),

wide as (
    select
        measure_code,
        max(input_fingerprint) as input_fingerprint,
        {%- for code in ['design', 'grade', 'grade_reason_nl', 'verdict', 'sentence_nl', 'status', 'first_period', 'last_period'] %}
        max(case when code = '{{ code }}' then text end) as {{ code }},
        {%- endfor %}
        {%- for code in ['estimate', 'persons', 'euros'] %}
        max(case when code = '{{ code }}' then value end) as {{ code }},
        max(case when code = '{{ code }}' then lower end) as {{ code }}_lower,
        max(case when code = '{{ code }}' then upper end) as {{ code }}_upper,
        {%- endfor %}
        {%- for code in ['p_value', 'pre_trend', 'minimum_detectable_effect', 'counterfactual'] %}
        max(case when code = '{{ code }}' then value end) as {{ code }},
        {%- endfor %}
        {%- for code in ['placebo_rank', 'placebo_count', 'started_count', 'compared_count'] %}
        max(case when code = '{{ code }}' then value end)::bigint as {{ code }}{{ ',' if not loop.last }}
        {%- endfor %}
    from summaries
    group by measure_code
),

-- The first day on which a period could show an effect: registered after it is registered after looking.
judged as (
    select
        measure_code,
        registered_on,
        registered_fingerprint,
        registration_fingerprint,
        {{ dbt.dateadd('month', 'lag_months', 'first_start_date') }} as effect_from
    from registrations
),

deviations as (
    select
        measure_code,
        case
            when registered_on is null then 'De uitkomst en de vergelijking zijn niet vooraf vastgelegd.'
            when registered_on > effect_from
                then
                    'De uitkomst en de vergelijking zijn pas vastgelegd op '
                    || day(registered_on) || '-' || month(registered_on) || '-' || year(registered_on)
                    || ', toen er al een effect kon zijn.'
        end as too_late_nl,
        case
            when registered_fingerprint is null then 'Er is geen controlegetal bewaard van wat vooraf is vastgelegd.'
            when registered_fingerprint <> registration_fingerprint
                then 'Wat vooraf is vastgelegd, is later veranderd.'
        end as changed_nl
    from judged
)

select
    registrations.indicator_code,
    registrations.control_indicator_code,
    registrations.region_code,
    registrations.region_level,
    registrations.registered_on,
    registrations.registration_fingerprint,
    clocks.period_type,
    clocks.feed,
    clocks.denominator_feed,
    clocks.control_feed,
    clocks.control_denominator_feed,
    clocks.released_at,
    clocks.period_end_date,
    nullif(concat_ws(' ', deviations.too_late_nl, deviations.changed_nl), '') as deviations_nl,
    wide.*
from registrations
inner join wide on registrations.measure_code = wide.measure_code
inner join clocks on registrations.measure_code = clocks.measure_code
inner join deviations on registrations.measure_code = deviations.measure_code
