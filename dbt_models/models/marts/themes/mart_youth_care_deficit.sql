with youth_care as (select * from {{ ref('int_finance__youth_care') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    youth_care.fiscal_year,
    youth_care.source,
    youth_care.report,
    youth_care.period_end_date,
    youth_care.months_elapsed,
    youth_care.is_complete,
    youth_care.expense_eur,
    youth_care.revenue_eur,
    youth_care.expense_eur - youth_care.revenue_eur as deficit_eur,
    youth_care.budget_expense_eur,
    youth_care.budget_revenue_eur,
    youth_care.budget_expense_eur - youth_care.budget_revenue_eur as budget_deficit_eur,
    100 * youth_care.expense_eur / nullif(youth_care.budget_expense_eur, 0) as budget_spent_pct,
    youth_care.projected_expense_eur,
    youth_care.projected_revenue_eur,
    youth_care.projected_expense_eur - youth_care.projected_revenue_eur as projected_deficit_eur,
    (youth_care.projected_expense_eur - youth_care.projected_revenue_eur)
    - (youth_care.budget_expense_eur - youth_care.budget_revenue_eur) as projected_overrun_eur,
    report_clocks.checked_at as report_checked_at,
    youth_care.report_released_at,
    report_clocks.fresh_until as report_fresh_until,
    budget_clocks.checked_at as budget_checked_at,
    youth_care.budget_released_at,
    budget_clocks.fresh_until as budget_fresh_until,
    least(report_clocks.checked_at, budget_clocks.checked_at) as checked_at,
    least(youth_care.report_released_at, youth_care.budget_released_at) as released_at,
    least(report_clocks.fresh_until, budget_clocks.fresh_until) as fresh_until
from youth_care
left join freshness as report_clocks on youth_care.report_feed = report_clocks.feed
left join freshness as budget_clocks on youth_care.budget_feed = budget_clocks.feed
