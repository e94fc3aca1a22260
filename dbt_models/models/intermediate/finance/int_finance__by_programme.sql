{{ config(materialized='table') }}

with lines as (select * from {{ ref('int_finance__ledger_lines') }}),

taakvelden as (select * from {{ ref('taakvelden') }}),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }}),

published as (
    select
        feed,
        delivery_id,
        min(released_at) as released_at
    from deliveries
    group by feed, delivery_id
),

-- Reserves (0.10) and the result (0.11) are no expense or revenue of a programme: they book the rest a second time.
reports as (
    select
        lines.fiscal_year,
        lines.report,
        lines.months_elapsed,
        last_day(make_date(lines.fiscal_year, lines.months_elapsed::integer, 1)) as period_end_date,
        lines.is_complete,
        lines.programme_name,
        lines.feed,
        lines.delivery_id,
        {{ exact_sum('case when coalesce(taakvelden.is_in_total, true) then lines.expense_eur else 0 end') }} as expense_eur,
        {{ exact_sum('case when coalesce(taakvelden.is_in_total, true) then lines.revenue_eur else 0 end') }} as revenue_eur,
        {{ exact_sum("case when lines.task_field_code = '0.10' then lines.revenue_eur - lines.expense_eur else 0 end") }} as reserves_eur
    from lines
    left join taakvelden
        on
            lines.task_field_code = taakvelden.task_field_code
            and lines.fiscal_year between taakvelden.valid_from_year and coalesce(taakvelden.valid_to_year, 9999)
    group by all
),

budgets as (select * from reports where report = 'budget'),

budgeted_years as (select distinct fiscal_year, feed, delivery_id from budgets)

-- In a year with a budget, a programme that it does not name has a budget of nothing.
select
    reports.fiscal_year,
    reports.report,
    reports.months_elapsed,
    reports.period_end_date,
    reports.is_complete,
    reports.programme_name,
    reports.expense_eur,
    reports.revenue_eur,
    reports.revenue_eur - reports.expense_eur as balance_eur,
    reports.reserves_eur,
    case when budgeted_years.fiscal_year is not null then coalesce(budgets.expense_eur, 0) end as budget_expense_eur,
    case when budgeted_years.fiscal_year is not null then coalesce(budgets.revenue_eur, 0) end as budget_revenue_eur,
    reports.feed as report_feed,
    report_published.released_at as report_released_at,
    budgeted_years.feed as budget_feed,
    budget_published.released_at as budget_released_at
from reports
left join budgets
    on reports.fiscal_year = budgets.fiscal_year and reports.programme_name = budgets.programme_name
left join budgeted_years on reports.fiscal_year = budgeted_years.fiscal_year
left join published as report_published
    on reports.feed = report_published.feed and reports.delivery_id = report_published.delivery_id
left join published as budget_published
    on budgeted_years.feed = budget_published.feed and budgeted_years.delivery_id = budget_published.delivery_id
