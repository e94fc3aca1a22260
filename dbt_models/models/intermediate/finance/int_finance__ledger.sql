with lines as (select * from {{ ref('int_finance__ledger_lines') }}),

added_up as (
    select
        fiscal_year,
        report,
        months_elapsed,
        is_complete,
        task_field_code,
        feed,
        delivery_id,
        {{ exact_sum('expense_eur') }} as expense_eur,
        {{ exact_sum('revenue_eur') }} as revenue_eur
    from lines
    group by fiscal_year, report, months_elapsed, is_complete, task_field_code, feed, delivery_id
)

select
    'ledger' as source,
    '{{ var('municipality_code') }}' as region_code,
    fiscal_year,
    report,
    months_elapsed,
    is_complete,
    task_field_code,
    expense_eur,
    revenue_eur,
    false as is_final,
    feed,
    null::integer as edition_year,
    delivery_id
from added_up
