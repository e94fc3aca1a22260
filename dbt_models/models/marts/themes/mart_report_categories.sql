with categories as (select * from {{ ref('int_reports__by_category') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    categories.main_category,
    categories.period,
    categories.month_start_date as period_start_date,
    categories.month_end_date as period_end_date,
    categories.is_complete_month as is_complete_period,
    categories.received_count as reports_received_count,
    categories.handled_count as reports_handled_count,
    case when categories.is_complete_month then categories.handling_days_median end as reports_handling_days_median,
    case when categories.is_complete_month then categories.handling_days_p90 end as reports_handling_days_p90,
    categories.on_time_count as reports_on_time_count,
    categories.judged_count as reports_judged_count,
    case when categories.is_complete_month then 100 * categories.on_time_count / nullif(categories.judged_count, 0) end
        as reports_on_time_pct,
    freshness.checked_at,
    freshness.released_at,
    freshness.fresh_until
from categories
left join freshness on freshness.feed = 'signalen.reports'
