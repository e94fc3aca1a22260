with by_task_field as (select * from {{ ref('int_finance__by_task_field') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- A row of the ledger derives from two feeds: bookings and budget.
select
    by_task_field.fiscal_year,
    by_task_field.source,
    by_task_field.report,
    by_task_field.period_end_date,
    by_task_field.months_elapsed,
    by_task_field.is_complete,
    by_task_field.task_field_code,
    by_task_field.task_field_name_nl,
    by_task_field.main_task_field_code,
    by_task_field.is_in_total,
    by_task_field.is_youth_care,
    by_task_field.is_wmo,
    by_task_field.expense_eur,
    by_task_field.revenue_eur,
    by_task_field.balance_eur,
    by_task_field.budget_expense_eur,
    by_task_field.budget_revenue_eur,
    by_task_field.budget_revenue_eur - by_task_field.budget_expense_eur as budget_balance_eur,
    by_task_field.balance_eur
    - (by_task_field.budget_revenue_eur - by_task_field.budget_expense_eur) * by_task_field.months_elapsed / 12
        as variance_eur,
    by_task_field.is_final,
    report_clocks.checked_at as report_checked_at,
    by_task_field.report_released_at,
    report_clocks.fresh_until as report_fresh_until,
    budget_clocks.checked_at as budget_checked_at,
    by_task_field.budget_released_at,
    budget_clocks.fresh_until as budget_fresh_until,
    least(report_clocks.checked_at, budget_clocks.checked_at) as checked_at,
    least(by_task_field.report_released_at, by_task_field.budget_released_at) as released_at,
    least(report_clocks.fresh_until, budget_clocks.fresh_until) as fresh_until
from by_task_field
left join freshness as report_clocks on by_task_field.report_feed = report_clocks.feed
left join freshness as budget_clocks on by_task_field.budget_feed = budget_clocks.feed
