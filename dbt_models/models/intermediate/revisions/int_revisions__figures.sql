{{ config(materialized='table', access='protected') }}

-- A figure that grows with its period is not revised: its history begins when the period is complete.
with shown as (select * from {{ ref('int_revisions__shown') }} where is_complete_period),

published as (select * from {{ ref('int_revisions__published') }} where is_complete_period),

news as (select * from {{ ref('int_revisions__news') }} where is_complete_period),

-- The figures of the next release come last; they have no day yet.
history as (
    select
        region_code,
        indicator_code,
        period,
        value,
        status,
        published_on,
        release_number
    from published
    union all
    select
        region_code,
        indicator_code,
        period,
        value,
        status,
        null::date as published_on,
        null::integer as release_number
    from news
),

-- Most figures are published once.
repeated as (
    select
        region_code,
        indicator_code,
        period
    from history
    group by region_code, indicator_code, period
    having count(*) > 1
),

ordered as (
    select
        history.region_code,
        history.indicator_code,
        history.period,
        history.value,
        history.status,
        history.published_on,
        row_number() over figure as turn,
        lag(history.value) over figure as value_before,
        lag(history.status) over figure as status_before
    from history
    inner join repeated
        on
            history.region_code = repeated.region_code
            and history.indicator_code = repeated.indicator_code
            and history.period = repeated.period
    window figure as (
        partition by history.region_code, history.indicator_code, history.period
        order by history.published_on nulls last, history.release_number
    )
),

counted as (
    select
        region_code,
        indicator_code,
        period,
        max(case when turn = 1 then value end) as first_value,
        max(case when turn = 1 then status end) as first_status,
        max(case when turn = 1 then published_on end) as first_published_on,
        count(case when turn > 1 and value <> value_before then 1 end) as revision_count,
        count(case when turn > 1 and (value <> value_before or status <> status_before) then 1 end) as change_count,
        -- Null where the last change is published by the next release.
        case
            when count(case when published_on is null then 1 end) = 0
                then max(case when turn > 1 and (value <> value_before or status <> status_before) then published_on end)
        end as last_changed_on
    from ordered
    group by region_code, indicator_code, period
)

select
    shown.region_code,
    shown.region_vintage,
    shown.region_level,
    shown.indicator_code,
    shown.period_type,
    shown.period,
    shown.period_start_date,
    shown.period_end_date,
    shown.is_complete_period,
    counted.first_value,
    counted.first_status,
    counted.first_published_on,
    shown.value,
    shown.status,
    counted.revision_count,
    counted.last_changed_on,
    shown.value - counted.first_value as change,
    100.0 * (shown.value - counted.first_value) / nullif(abs(counted.first_value), 0) as change_pct,
    counted.first_status <> 'definitive' and shown.status = 'definitive' as is_made_definitive,
    shown.feed,
    shown.released_at,
    shown.denominator_feed,
    shown.denominator_released_at
from shown
inner join counted
    on
        shown.region_code = counted.region_code
        and shown.indicator_code = counted.indicator_code
        and shown.period = counted.period
where counted.change_count > 0
