{{ config(materialized='table') }}

with expected as (select * from {{ ref('int_nowcasts__expected') }}),

known as (select * from {{ ref('int_nowcasts__known') }}),

months as (
    select
        region_code,
        region_level,
        indicator_code,
        month_number,
        max(period) as period,
        max(period_start_date) as period_start_date,
        max(period_end_date) as period_end_date,
        max(feed) as feed,
        min(released_at) as released_at
    from known
    group by region_code, region_level, indicator_code, month_number
),

-- A figure that did not change is as old as its last change, and known until now.
moments as (
    select
        expected.region_code,
        expected.indicator_code,
        expected.month_number,
        expected.age,
        max(known.known_on) as known_on
    from expected
    inner join known
        on
            expected.region_code = known.region_code
            and expected.indicator_code = known.indicator_code
            and expected.month_number = known.month_number
            and expected.age >= known.age
    group by expected.region_code, expected.indicator_code, expected.month_number, expected.age
)

select
    expected.region_code,
    months.region_level,
    expected.indicator_code,
    'month' as period_type,
    months.period,
    months.period_start_date,
    months.period_end_date,
    expected.age as months_after,
    moments.known_on,
    expected.is_latest,
    expected.reported_value,
    expected.expected_value,
    expected.lower_80,
    expected.upper_80,
    expected.final_value,
    case
        when expected.final_value between expected.lower_80 and expected.upper_80 then true
        when expected.final_value is not null and expected.expected_value is not null then false
    end as is_within_80,
    case
        when expected.expected_value is null
            then 'Er zijn nog te weinig maanden waarvan bekend is hoeveel er later binnenkwam.'
    end as reason_nl,
    months.feed,
    months.released_at
from expected
inner join months
    on
        expected.region_code = months.region_code
        and expected.indicator_code = months.indicator_code
        and expected.month_number = months.month_number
inner join moments
    on
        expected.region_code = moments.region_code
        and expected.indicator_code = moments.indicator_code
        and expected.month_number = moments.month_number
        and expected.age = moments.age
