with registrations as (select * from {{ ref('int_effects__registrations') }}),

figures as (select * from {{ ref('int_effects__figures') }})

-- An effect is as old as its oldest figure.
select
    registrations.measure_code,
    max(case when figures.indicator_code = registrations.indicator_code then figures.period_type end) as period_type,
    max(case when figures.indicator_code = registrations.indicator_code then figures.feed end) as feed,
    max(case when figures.indicator_code = registrations.indicator_code then figures.denominator_feed end)
        as denominator_feed,
    max(case when figures.indicator_code = registrations.control_indicator_code then figures.feed end) as control_feed,
    max(case when figures.indicator_code = registrations.control_indicator_code then figures.denominator_feed end)
        as control_denominator_feed,
    min(figures.released_at) as released_at,
    max(case when figures.indicator_code = registrations.indicator_code then figures.period_end_date end) as period_end_date
from registrations
inner join figures
    on
        registrations.region_level = figures.region_level
        and figures.indicator_code in (registrations.indicator_code, registrations.control_indicator_code)
group by registrations.measure_code
