{{ config(materialized='table') }}

with iv3 as (select * from {{ ref('int_finance__iv3') }}),

ledger as (select * from {{ ref('int_finance__ledger') }}),

taakvelden as (select * from {{ ref('taakvelden') }}),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }}),

reports as (
    select * from iv3
    union all
    select * from ledger
),

published as (
    select
        feed,
        delivery_id,
        min(released_at) as released_at
    from deliveries
    group by feed, delivery_id
),

budgets as (
    select
        source,
        region_code,
        fiscal_year,
        task_field_code,
        expense_eur,
        revenue_eur,
        feed,
        delivery_id
    from reports
    where report = 'budget'
),

-- In a year with a budget, a task field that it does not name has a budget of nothing. Revenue of which the budget knows
-- nothing, of a task field or at all, is unknown.
budgeted_years as (
    select
        source,
        region_code,
        fiscal_year,
        count(revenue_eur) > 0 as has_revenue,
        max(feed) as feed,
        max(delivery_id) as delivery_id
    from budgets
    where expense_eur is not null
    group by source, region_code, fiscal_year
)

-- A task field that the list does not know yet counts, as nearly all do.
select
    reports.source,
    reports.region_code,
    reports.fiscal_year,
    reports.report,
    reports.months_elapsed,
    last_day(make_date(reports.fiscal_year, reports.months_elapsed::integer, 1)) as period_end_date,
    reports.is_complete,
    reports.report in ('budget', 'original_budget') as is_budget,
    reports.task_field_code,
    taakvelden.task_field_name_nl,
    coalesce(taakvelden.main_task_field_code, substr(reports.task_field_code, 1, 1)) as main_task_field_code,
    coalesce(taakvelden.is_in_total, true) as is_in_total,
    coalesce(taakvelden.is_youth_care, false) as is_youth_care,
    coalesce(taakvelden.is_wmo, false) as is_wmo,
    reports.expense_eur,
    reports.revenue_eur,
    reports.revenue_eur - reports.expense_eur as balance_eur,
    case
        when budgets.fiscal_year is not null then budgets.expense_eur
        when budgeted_years.fiscal_year is not null then 0
    end as budget_expense_eur,
    case
        when budgets.fiscal_year is not null then budgets.revenue_eur
        when budgeted_years.has_revenue then 0
    end as budget_revenue_eur,
    reports.is_final,
    reports.edition_year,
    reports.delivery_id,
    reports.feed as report_feed,
    report_published.released_at as report_released_at,
    budgeted_years.feed as budget_feed,
    budget_published.released_at as budget_released_at
from reports
left join budgets
    on
        reports.source = budgets.source
        and reports.region_code = budgets.region_code
        and reports.fiscal_year = budgets.fiscal_year
        and reports.task_field_code = budgets.task_field_code
left join budgeted_years
    on
        reports.source = budgeted_years.source
        and reports.region_code = budgeted_years.region_code
        and reports.fiscal_year = budgeted_years.fiscal_year
left join published as report_published
    on reports.feed = report_published.feed and reports.delivery_id = report_published.delivery_id
left join published as budget_published
    on budgeted_years.feed = budget_published.feed and budgeted_years.delivery_id = budget_published.delivery_id
left join taakvelden
    on
        reports.task_field_code = taakvelden.task_field_code
        and reports.fiscal_year between taakvelden.valid_from_year and coalesce(taakvelden.valid_to_year, 9999)
