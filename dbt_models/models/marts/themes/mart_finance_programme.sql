with programmes as (select * from {{ ref('int_finance__by_programme') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    {{ declared_columns('programmes', {
        'budget_balance_eur': 'programmes.budget_revenue_eur - programmes.budget_expense_eur',
        'budget_spent_pct': 'case
            when programmes.is_complete then 100 * programmes.expense_eur / nullif(programmes.budget_expense_eur, 0)
        end',
        'variance_eur': 'case
            when programmes.is_complete
                then programmes.balance_eur
                    - (programmes.budget_revenue_eur - programmes.budget_expense_eur) * programmes.months_elapsed / 12
        end',
        'report_checked_at': 'report_clocks.checked_at',
        'report_fresh_until': 'report_clocks.fresh_until',
        'budget_checked_at': 'budget_clocks.checked_at',
        'budget_fresh_until': 'budget_clocks.fresh_until',
        'checked_at': 'least(report_clocks.checked_at, budget_clocks.checked_at)',
        'released_at': 'least(programmes.report_released_at, programmes.budget_released_at)',
        'fresh_until': 'least(report_clocks.fresh_until, budget_clocks.fresh_until)',
    }) }}
from programmes
left join freshness as report_clocks on programmes.report_feed = report_clocks.feed
left join freshness as budget_clocks on programmes.budget_feed = budget_clocks.feed
