with youth_care as (select * from {{ ref('int_finance__youth_care') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    {{ declared_columns('youth_care', {
        'deficit_eur': 'youth_care.expense_eur - youth_care.revenue_eur',
        'budget_deficit_eur': 'youth_care.budget_expense_eur - youth_care.budget_revenue_eur',
        'budget_spent_pct': 'case
            when youth_care.is_complete then 100 * youth_care.expense_eur / nullif(youth_care.budget_expense_eur, 0)
        end',
        'projected_deficit_eur': 'youth_care.projected_expense_eur - youth_care.projected_revenue_eur',
        'projected_overrun_eur': '(youth_care.projected_expense_eur - youth_care.projected_revenue_eur)
            - (youth_care.budget_expense_eur - youth_care.budget_revenue_eur)',
        'report_checked_at': 'report_clocks.checked_at',
        'report_fresh_until': 'report_clocks.fresh_until',
        'budget_checked_at': 'budget_clocks.checked_at',
        'budget_fresh_until': 'budget_clocks.fresh_until',
        'checked_at': 'least(report_clocks.checked_at, budget_clocks.checked_at)',
        'released_at': 'least(youth_care.report_released_at, youth_care.budget_released_at)',
        'fresh_until': 'least(report_clocks.fresh_until, budget_clocks.fresh_until)',
    }) }}
from youth_care
left join freshness as report_clocks on youth_care.report_feed = report_clocks.feed
left join freshness as budget_clocks on youth_care.budget_feed = budget_clocks.feed
