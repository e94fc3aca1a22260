with categories as (select * from {{ ref('int_reports__by_category') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    categories.main_category,
    categories.period,
    categories.month_start_date as period_start_date,
    categories.month_end_date as period_end_date,
    categories.is_complete_month,
    categories.received_count as reports_received_count,
    categories.handled_count as reports_handled_count,
    categories.handling_days_median as reports_handling_days_median,
    categories.handling_days_p90 as reports_handling_days_p90,
    categories.on_time_count as reports_on_time_count,
    categories.judged_count as reports_judged_count,
    100.0 * categories.on_time_count / nullif(categories.judged_count, 0) as reports_on_time_pct,
    freshness.checked_at,
    freshness.released_at,
    freshness.fresh_until
from categories
left join freshness on freshness.feed = 'signalen.reports'
