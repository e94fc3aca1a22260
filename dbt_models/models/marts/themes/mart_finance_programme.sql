with programmes as (select * from {{ ref('int_finance__by_programme') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    programmes.fiscal_year,
    programmes.report,
    programmes.period_end_date,
    programmes.months_elapsed,
    programmes.is_complete,
    programmes.programme_name,
    programmes.expense_eur,
    programmes.revenue_eur,
    programmes.balance_eur,
    programmes.reserves_eur,
    programmes.budget_expense_eur,
    programmes.budget_revenue_eur,
    programmes.budget_revenue_eur - programmes.budget_expense_eur as budget_balance_eur,
    100 * programmes.expense_eur / nullif(programmes.budget_expense_eur, 0) as budget_spent_pct,
    programmes.balance_eur
    - (programmes.budget_revenue_eur - programmes.budget_expense_eur) * programmes.months_elapsed / 12 as variance_eur,
    report_clocks.checked_at as report_checked_at,
    programmes.report_released_at,
    report_clocks.fresh_until as report_fresh_until,
    budget_clocks.checked_at as budget_checked_at,
    programmes.budget_released_at,
    budget_clocks.fresh_until as budget_fresh_until,
    least(report_clocks.checked_at, budget_clocks.checked_at) as checked_at,
    least(programmes.report_released_at, programmes.budget_released_at) as released_at,
    least(report_clocks.fresh_until, budget_clocks.fresh_until) as fresh_until
from programmes
left join freshness as report_clocks on programmes.report_feed = report_clocks.feed
left join freshness as budget_clocks on programmes.budget_feed = budget_clocks.feed
