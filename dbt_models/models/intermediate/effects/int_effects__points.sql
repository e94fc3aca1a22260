{{ config(materialized='table') }}

with points as (select * from {{ ref('int_effects__results') }} where part = 'point'),

registrations as (select * from {{ ref('int_effects__registrations') }}),

clocks as (select * from {{ ref('int_effects__clocks') }}),

periods as (
    select distinct
        indicator_code,
        period_type,
        period,
        period_start_date,
        period_end_date
    from {{ ref('int_effects__figures') }}
)

select
    points.measure_code,
    points.code as line,
    points.line_code,
    periods.period_type,
    points.period,
    periods.period_start_date,
    periods.period_end_date,
    points.value,
    points.lower as lower_bound,
    points.upper as upper_bound,
    clocks.feed,
    clocks.denominator_feed,
    clocks.released_at
from points
inner join registrations on points.measure_code = registrations.measure_code
inner join clocks on points.measure_code = clocks.measure_code
inner join periods on registrations.indicator_code = periods.indicator_code and points.period = periods.period
