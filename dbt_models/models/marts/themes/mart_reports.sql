with monthly as (select * from {{ ref('int_reports__monthly') }}),

regions as (select * from {{ ref('int_regions__current') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    monthly.neighbourhood_code,
    regions.region_name as neighbourhood_name,
    monthly.main_category,
    monthly.sub_category,
    monthly.period,
    monthly.month_start_date as period_start_date,
    monthly.month_end_date as period_end_date,
    monthly.is_complete_month as is_complete_period,
    monthly.received_count as reports_received_count,
    monthly.handled_count as reports_handled_count,
    monthly.cancelled_count as reports_cancelled_count,
    case when monthly.is_complete_month then monthly.handling_days_median end as reports_handling_days_median,
    case when monthly.is_complete_month then monthly.handling_days_p90 end as reports_handling_days_p90,
    monthly.on_time_count as reports_on_time_count,
    monthly.judged_count as reports_judged_count,
    case when monthly.is_complete_month then 100 * monthly.on_time_count / nullif(monthly.judged_count, 0) end
        as reports_on_time_pct,
    monthly.open_count as reports_open_count,
    freshness.checked_at,
    freshness.released_at,
    freshness.fresh_until
from monthly
left join regions on monthly.neighbourhood_code = regions.region_code
left join freshness on freshness.feed = 'signalen.reports'
