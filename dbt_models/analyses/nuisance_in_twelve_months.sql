select sum(months.nuisance_reports_monthly_count) as nuisance_reports_count
from (
    select nuisance_reports_monthly_count
    from {{ ref('mart_safety') }}
    where region_level = 'municipality' and period_type = 'month' and is_complete_period
    order by period desc
    limit 12
) as months
