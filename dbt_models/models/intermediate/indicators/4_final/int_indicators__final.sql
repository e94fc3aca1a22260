{{ config(materialized='table') }}

with with_ratios as (select * from {{ ref('int_indicators__with_ratios') }}),

editions as (select * from {{ ref('int_indicators__current_edition') }}),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }}),

denominator_deliveries as (
    select
        feed,
        delivery_id,
        min(released_at) as released_at
    from deliveries
    group by feed, delivery_id
)

select
    {{ figure_columns('with_ratios', {
        'status': "case
        when not with_ratios.is_complete_period then 'provisional'
        else coalesce(with_ratios.status, deliveries.figures_status, 'unknown')
    end",
        'missing_reason': "case
        when with_ratios.value is not null then null
        when with_ratios.missing_reason is not null then with_ratios.missing_reason
        -- A figure on which an own register has no data could not be computed.
        when with_ratios.period_type = 'month' then 'impossible'
        when with_ratios.numerator is not null and with_ratios.denominator = 0 then 'impossible'
        -- A year of before the first with figures is not to come any more.
        when editions.figure_count = 0 and not editions.is_followed then 'not_yet_published'
        else 'unknown'
    end",
    }) }},
    with_ratios.numerator,
    with_ratios.denominator,
    with_ratios.denominator_period,
    editions.is_current,
    deliveries.released_at,
    with_ratios.denominator_feed,
    with_ratios.denominator_delivery_id,
    denominator_deliveries.released_at as denominator_released_at
from with_ratios
inner join editions
    on with_ratios.indicator_code = editions.indicator_code and with_ratios.period = editions.period
left join deliveries
    on
        with_ratios.feed = deliveries.feed
        and with_ratios.delivery_id = deliveries.delivery_id
        and with_ratios.edition_year is not distinct from deliveries.edition_year
left join denominator_deliveries
    on
        with_ratios.denominator_feed = denominator_deliveries.feed
        and with_ratios.denominator_delivery_id = denominator_deliveries.delivery_id
