{{ config(materialized='table') }}

with series as (select * from {{ ref('int_forecasts__series') }}),

forecasts as (select * from {{ ref('forecasts') }}),

sizes as (
    select
        region_code,
        indicator_code,
        value,
        feed,
        released_at
    from {{ ref('int_indicators__final') }}
    where is_current
),

numbered as (
    select
        *,
        max(period_number) over (partition by indicator_code) as last_number
    from series
),

-- Shares are those of the last two years.
counted as (
    select
        region_code,
        region_level,
        indicator_code,
        max(periods_per_year) as periods_per_year,
        max(last_number) as period_count,
        max(value) as highest_value,
        count(case when last_number - period_number < 2 * periods_per_year and value is not null then 1 end)
            as recent_count,
        count(case when last_number - period_number < 2 * periods_per_year and missing_reason = 'suppressed' then 1 end)
            as suppressed_count,
        max(feed) as feed,
        min(released_at) as released_at
    from numbered
    group by region_code, region_level, indicator_code
),

reasoned as (
    select
        *,
        case
            when period_count < 3 * periods_per_year then 'Er is minder dan drie jaar bekend.'
            when suppressed_count > 0
                then 'Een deel van de cijfers is niet openbaar, omdat het over te weinig personen gaat.'
            when recent_count < 1.5 * periods_per_year
                then 'Van de laatste twee jaar is meer dan een kwart onbekend.'
            when highest_value = 0 then 'Het kwam in al deze jaren niet voor.'
        end as own_reason_nl
    from counted
)

-- Regions are shares of the municipality: without a forecast of it there is none of them.
select
    reasoned.region_code,
    reasoned.region_level,
    reasoned.indicator_code,
    reasoned.periods_per_year,
    reasoned.period_count,
    coalesce(whole.own_reason_nl, reasoned.own_reason_nl) as reason_nl,
    sizes.value as size_value,
    reasoned.feed,
    reasoned.released_at,
    sizes.feed as size_feed,
    sizes.released_at as size_released_at
from reasoned
inner join forecasts on reasoned.indicator_code = forecasts.indicator_code
left join reasoned as whole on reasoned.indicator_code = whole.indicator_code and whole.region_level = 'municipality'
left join sizes on reasoned.region_code = sizes.region_code and forecasts.size_code = sizes.indicator_code
