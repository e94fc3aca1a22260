with by_region as (select * from {{ ref('int_reports__by_region') }}),

reports as (select * from {{ ref('stg_signalen__reports') }}),

dictionary as (select * from {{ ref('indicators') }}),

counted_indicators as (
    select indicator_code
    from dictionary
    where source_feed = 'signalen.reports' and numerator is null
),

delivery as (select max(delivery_id) as delivery_id from reports),

figures as (
    select
        by_region.region_code,
        by_region.region_vintage,
        by_region.region_level,
        counted_indicators.indicator_code,
        null::integer as edition_year,
        'month' as period_type,
        by_region.period,
        by_region.month_start_date as period_start_date,
        by_region.month_end_date as period_end_date,
        by_region.is_complete_month as is_complete_period,
        (case counted_indicators.indicator_code
            when 'reports_received_count' then by_region.received_count
            when 'reports_handled_count' then by_region.handled_count
            when 'reports_cancelled_count' then by_region.cancelled_count
            when 'reports_open_count' then by_region.open_count
            when 'reports_handling_days_median' then by_region.handling_days_median
            when 'reports_handling_days_p90' then by_region.handling_days_p90
            when 'reports_judged_count' then by_region.judged_count
            when 'reports_on_time_count' then by_region.on_time_count
        end)::double as value,
        case counted_indicators.indicator_code
            when 'reports_handling_days_median' then by_region.handling_days_median_lower
        end as lower_bound,
        case counted_indicators.indicator_code
            when 'reports_handling_days_median' then by_region.handling_days_median_upper
        end as upper_bound,
        null::varchar as status,
        null::varchar as missing_reason,
        'signalen.reports' as feed,
        delivery.delivery_id
    from by_region
    cross join counted_indicators
    cross join delivery
)

select * from figures
