with by_task_field as (
    select *
    from {{ ref('int_finance__by_task_field') }}
    where region_code = '{{ var('municipality_code') }}'
),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- A row of the ledger derives from two feeds: bookings and budget.
select
    {{ declared_columns('by_task_field', {
        'task_field_key': "'T' || by_task_field.task_field_code",
        'budget_balance_eur': 'by_task_field.budget_revenue_eur - by_task_field.budget_expense_eur',
        'variance_eur': 'case
            when by_task_field.is_complete
                then by_task_field.balance_eur
                    - (by_task_field.budget_revenue_eur - by_task_field.budget_expense_eur)
                    * by_task_field.months_elapsed / 12
        end',
        'report_checked_at': 'report_clocks.checked_at',
        'report_fresh_until': 'report_clocks.fresh_until',
        'budget_checked_at': 'budget_clocks.checked_at',
        'budget_fresh_until': 'budget_clocks.fresh_until',
        'checked_at': 'least(report_clocks.checked_at, budget_clocks.checked_at)',
        'released_at': 'least(by_task_field.report_released_at, by_task_field.budget_released_at)',
        'fresh_until': 'least(report_clocks.fresh_until, budget_clocks.fresh_until)',
    }) }}
from by_task_field
left join freshness as report_clocks on by_task_field.report_feed = report_clocks.feed
left join freshness as budget_clocks on by_task_field.budget_feed = budget_clocks.feed
