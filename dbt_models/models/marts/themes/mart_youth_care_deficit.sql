{{ config(materialized='view') }}

with youth_care as (select * from {{ ref('int_finance__youth_care') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }}),

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
        clocks.checked_at,
        clocks.fresh_until
    from youth_care
    left join clocks on youth_care.source = clocks.source
)

select * from final
