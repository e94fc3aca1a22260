{{ config(materialized='table') }}

with forecasts as (select * from {{ ref('forecasts') }} where complete_after_months is not null),

shown as (select * from {{ ref('int_revisions__shown') }}),

published as (select * from {{ ref('int_revisions__published') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

deliveries as (
    select
        feed,
        max(received_at)::date as received_on
    from {{ ref('stg_maandvers__deliveries') }}
    group by feed
),

own as (
    select
        shown.region_code,
        shown.region_level,
        shown.indicator_code,
        shown.period,
        shown.period_start_date,
        shown.period_end_date,
        shown.value,
        shown.feed,
        shown.released_at,
        forecasts.complete_after_months,
        case when dictionary.is_count_of_persons then 5 else 1 end as step,
        deliveries.received_on
    from shown
    inner join forecasts on shown.indicator_code = forecasts.indicator_code
    inner join dictionary on shown.indicator_code = dictionary.indicator_code
    inner join deliveries on shown.feed = deliveries.feed
    where
        shown.period_type = 'month'
        and shown.region_level in ('municipality', 'district', 'area', 'neighbourhood')
        and 'GM' || substr(shown.region_code, 3, 4) = '{{ var('municipality_code') }}'
),

-- The figure of now, and every other that was published of it.
known as (
    select
        region_code,
        indicator_code,
        period,
        value,
        received_on as known_on,
        1000000 as turn
    from own
    union all
    select
        region_code,
        indicator_code,
        period,
        value,
        published_on as known_on,
        release_number as turn
    from published
    where indicator_code in (select indicator_code from forecasts)
),

aged as (
    select
        own.region_code,
        own.region_level,
        own.indicator_code,
        own.period,
        own.period_start_date,
        own.period_end_date,
        own.complete_after_months,
        own.step,
        own.feed,
        own.released_at,
        known.value,
        known.known_on,
        known.turn,
        12 * year(own.period_start_date) + month(own.period_start_date) - 1 as month_number,
        12 * (year(known.known_on) - year(own.period_end_date))
        + month(known.known_on) - month(own.period_end_date) - 1 as age
    from own
    inner join known
        on
            own.region_code = known.region_code
            and own.indicator_code = known.indicator_code
            and own.period = known.period
    -- A month that still runs is no delay.
    where known.known_on > own.period_end_date
)

select *
from aged
qualify
    row_number() over (
        partition by region_code, indicator_code, period, age order by known_on desc, turn desc
    ) = 1
