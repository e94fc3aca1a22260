{{ config(materialized='view') }}

with by_task_field as (select * from {{ ref('int_finance__by_task_field') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }}),

-- A row of the ledger stands on two feeds: what was booked and what was budgeted.
clocks as (
    select
        case when feed = 'iv3.accounts' then 'iv3' else 'ledger' end as source,
        min(checked_at) as checked_at,
        min(fresh_until) as fresh_until
    from freshness
    where
        feed in ('iv3.accounts', 'ledger.actuals', 'ledger.budget')
        and not is_withheld
    group by 1
),

final as (
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
        clocks.checked_at,
        clocks.fresh_until
    from by_task_field
    left join clocks on by_task_field.source = clocks.source
)

select * from final
