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

with by_region as (select * from {{ ref('int_reports__by_region') }}),

delivery as (select max(delivery_id) as delivery_id from {{ ref('stg_signalen__reports') }})

{{ figures_of('by_region', indicators, dict(
    in_month(),
    lower_bound="case indicator_code when 'reports_handling_days_median' then handling_days_median_lower end",
    upper_bound="case indicator_code when 'reports_handling_days_median' then handling_days_median_upper end",
    missing_reason="case
        when by_region.is_duration_suppressed and delivered.unit = 'days' then 'suppressed'
    end",
    delivery_id='delivery.delivery_id'
)) }}
cross join delivery
