{{ config(materialized='table') }}

with checks as (select * from {{ ref('int_effects__results') }} where part = 'check'),

clocks as (select * from {{ ref('int_effects__clocks') }})

select
    checks.measure_code,
    checks.code as check_code,
    checks.text as label_nl,
    checks.value as estimate,
    checks.lower as estimate_lower,
    checks.upper as estimate_upper,
    checks.is_passed,
    clocks.period_end_date,
    clocks.feed,
    clocks.denominator_feed,
    clocks.control_feed,
    clocks.control_denominator_feed,
    clocks.released_at
from checks
inner join clocks on checks.measure_code = clocks.measure_code
