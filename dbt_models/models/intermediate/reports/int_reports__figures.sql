{% set indicators = {
    'signalen.reports': {
        'reports_received_count': 'received_count',
        'reports_handled_count': 'handled_count',
        'reports_cancelled_count': 'cancelled_count',
        'reports_open_count': 'open_count',
        'reports_handling_days_median': 'handling_days_median',
        'reports_handling_days_p90': 'handling_days_p90',
        'reports_judged_count': 'judged_count',
        'reports_on_time_count': 'on_time_count',
    },
} %}
{{ config(meta={'indicators': indicators}) }}

with by_region as (select * from {{ ref('int_reports__by_region') }}),

reports as (select * from {{ ref('stg_signalen__reports') }}),

delivered as ({{ delivered_indicators(['signalen.reports']) }}),

delivery as (select max(delivery_id) as delivery_id from reports),

figures as (
    select
        {{ unpivoted_figures('by_region', indicators, dict(
            in_month('by_region'),
            lower_bound="case delivered.indicator_code
            when 'reports_handling_days_median' then by_region.handling_days_median_lower
        end",
            upper_bound="case delivered.indicator_code
            when 'reports_handling_days_median' then by_region.handling_days_median_upper
        end",
            delivery_id='delivery.delivery_id'
        )) }}
    from by_region
    cross join delivered
    cross join delivery
)

select * from figures
