{{ config(materialized='table') }}

with kpis as (select * from {{ ref('kpis') }}),

targets as (select * from {{ ref('targets') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

figures as (
    select *
    from {{ ref('int_indicators__noise') }}
    where
        region_code = '{{ var('municipality_code') }}'
        and is_complete_period
        and value is not null
),

-- The newest period that is over, of the municipality as a whole.
latest as (
    select
        kpis.kpi_order,
        dictionary.short_label_nl,
        dictionary.direction,
        figures.*
    from kpis
    inner join dictionary on kpis.indicator_code = dictionary.indicator_code
    inner join figures on kpis.indicator_code = figures.indicator_code
    qualify row_number() over (partition by kpis.indicator_code order by figures.period_end_date desc) = 1
),

compared as (
    select
        latest.*,
        previous.period as previous_period,
        previous.value as previous_value,
        year_before.period as year_before_period,
        year_before.value as year_before_value,
        latest.value - year_before.value as change,
        targets.target_value,
        targets.tolerance,
        coalesce(latest.denominator_feed, previous.denominator_feed, year_before.denominator_feed) as any_denominator_feed,
        least(
            latest.released_at,
            latest.denominator_released_at,
            previous.released_at,
            previous.denominator_released_at,
            year_before.released_at,
            year_before.denominator_released_at
        ) as first_released_at,
        coalesce(
            {{ noise_of_change(
                ['latest.value', 'latest.noise_lower', 'latest.noise_upper'],
                ['year_before.value', 'year_before.noise_lower', 'year_before.noise_upper'],
            ) }},
            targets.tolerance
        ) as noise
    from latest
    left join figures as previous
        on
            latest.indicator_code = previous.indicator_code
            and latest.period_type = previous.period_type
            and previous.period_end_date = latest.period_start_date - interval '1' day
    left join figures as year_before
        on
            latest.indicator_code = year_before.indicator_code
            and latest.period_type = year_before.period_type
            and year_before.period_start_date = make_date(
                year(latest.period_start_date) - 1, month(latest.period_start_date), day(latest.period_start_date)
            )
    left join targets
        on
            latest.region_code = targets.municipality_code
            and latest.indicator_code = targets.indicator_code
            and substr(latest.period, 1, 4)::integer = targets.year
),

-- How far on the wrong side of the target; no side of a neutral indicator is wrong.
judged as (
    select
        *,
        case direction
            when 'higher_is_better' then target_value - value
            when 'lower_is_better' then value - target_value
        end as short_of_target,
        case direction when 'lower_is_better' then -change else change end as gain
    from compared
)

select
    kpi_order,
    short_label_nl,
    region_code as municipality_code,
    indicator_code,
    direction,
    period_type,
    period,
    period_start_date,
    period_end_date,
    is_complete_period,
    value,
    noise_lower,
    noise_upper,
    status,
    previous_period,
    previous_value,
    year_before_period,
    year_before_value,
    change,
    target_value,
    tolerance,
    case
        when short_of_target <= 0 then 'green'
        when short_of_target <= tolerance then 'amber'
        when short_of_target is not null then 'red'
        else 'none'
    end as traffic_light,
    case
        when change = 0 or abs(change) <= noise then 'stable'
        when noise is null or change is null then null
        when direction = 'neutral' and change > 0 then 'rising'
        when direction = 'neutral' then 'falling'
        when gain > 0 then 'improving'
        else 'worsening'
    end as trend,
    feed,
    any_denominator_feed as denominator_feed,
    first_released_at as released_at
from judged
