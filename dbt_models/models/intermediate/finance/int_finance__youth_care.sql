with by_task_field as (select * from {{ ref('int_finance__by_task_field') }}),

added_up as (
    select
        source,
        region_code,
        fiscal_year,
        report,
        months_elapsed,
        period_end_date,
        is_complete,
        is_final,
        edition_year,
        delivery_id,
        report_feed,
        report_released_at,
        budget_feed,
        budget_released_at,
        {{ exact_sum('expense_eur') }} as expense_eur,
        {{ exact_sum('revenue_eur') }} as revenue_eur,
        {{ exact_sum('budget_expense_eur') }} as budget_expense_eur,
        {{ exact_sum('budget_revenue_eur') }} as budget_revenue_eur
    from by_task_field
    where is_youth_care and not is_budget and region_code = '{{ var('municipality_code') }}'
    group by all
)

-- Straight run rate: what was booked so far, divided by the months gone and times twelve. A month that still runs
-- would draw the year down, so it is not extrapolated.
select
    *,
    case when is_complete then 12 * expense_eur / months_elapsed end as projected_expense_eur,
    case when is_complete then 12 * revenue_eur / months_elapsed end as projected_revenue_eur
from added_up
