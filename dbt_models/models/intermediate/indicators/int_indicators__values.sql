{{ config(materialized='table') }}

with measured as (select * from {{ ref('int_indicators__measured') }}),

editions as (select * from {{ ref('int_indicators__current_edition') }}),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }}),

denominator_deliveries as (
    select
        feed,
        delivery_id,
        min(released_at) as released_at
    from deliveries
    group by feed, delivery_id
),

explained as (
    select
        {{ figure_columns('measured', {
            'status': "case
            when not measured.is_complete_period then 'provisional'
            else coalesce(measured.status, deliveries.figures_status, 'unknown')
        end",
            'missing_reason': "case
            when measured.value is not null then null
            when measured.missing_reason is not null then measured.missing_reason
            -- What an own register says nothing of could not be computed.
            when measured.period_type = 'month' then 'impossible'
            when measured.numerator is not null and measured.denominator = 0 then 'impossible'
            -- A year of before the first with figures is not to come any more.
            when editions.figure_count = 0 and not editions.is_followed then 'not_yet_published'
            else 'unknown'
        end",
        }) }},
        measured.numerator,
        measured.denominator,
        measured.denominator_period,
        editions.is_current,
        deliveries.released_at,
        measured.denominator_feed,
        measured.denominator_delivery_id,
        denominator_deliveries.released_at as denominator_released_at
    from measured
    inner join editions
        on measured.indicator_code = editions.indicator_code and measured.period = editions.period
    left join deliveries
        on
            measured.feed = deliveries.feed
            and measured.delivery_id = deliveries.delivery_id
            and measured.edition_year is not distinct from deliveries.edition_year
    left join denominator_deliveries
        on
            measured.denominator_feed = denominator_deliveries.feed
            and measured.denominator_delivery_id = denominator_deliveries.delivery_id
)

select * from explained
