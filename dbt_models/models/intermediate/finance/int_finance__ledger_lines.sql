with actuals as (select * from {{ ref('stg_ledger__actuals') }}),

budget as (select * from {{ ref('stg_ledger__budget') }}),

months as (
    select
        fiscal_year,
        month_number,
        max(month_end_date) as month_end_date,
        (select max(booked_until_date) from actuals) as booked_until_date
    from actuals
    group by fiscal_year, month_number
),

lines as (
    select fiscal_year, programme_name, task_field_code from actuals
    union
    select fiscal_year, programme_name, task_field_code from budget
),

booked as (
    select
        fiscal_year,
        month_number,
        programme_name,
        task_field_code,
        {{ exact_sum("case when amount_type = 'expense' then amount_eur else 0 end") }} as expense_eur,
        {{ exact_sum("case when amount_type = 'revenue' then amount_eur else 0 end") }} as revenue_eur
    from actuals
    group by fiscal_year, month_number, programme_name, task_field_code
),

delivery as (select max(delivery_id) as delivery_id from actuals),

-- From the first month up to and including this one, as the quarters of Iv3 are.
cumulative as (
    select
        months.fiscal_year,
        'month_' || lpad(months.month_number::string, 2, '0') as report,
        months.month_number as months_elapsed,
        months.month_end_date <= months.booked_until_date as is_complete,
        lines.programme_name,
        lines.task_field_code,
        sum(coalesce(booked.expense_eur, 0)) over year_to_date as expense_eur,
        sum(coalesce(booked.revenue_eur, 0)) over year_to_date as revenue_eur,
        delivery.delivery_id
    from months
    inner join lines on months.fiscal_year = lines.fiscal_year
    left join booked
        on
            months.fiscal_year = booked.fiscal_year
            and months.month_number = booked.month_number
            and lines.programme_name = booked.programme_name
            and lines.task_field_code = booked.task_field_code
    cross join delivery
    window year_to_date as (
        partition by months.fiscal_year, lines.programme_name, lines.task_field_code
        order by months.month_number
        rows between unbounded preceding and current row
    )
),

budgeted as (
    select
        fiscal_year,
        programme_name,
        task_field_code,
        delivery_id,
        {{ exact_sum("case when amount_type = 'expense' then original_budget_eur end") }} as original_expense_eur,
        {{ exact_sum("case when amount_type = 'revenue' then original_budget_eur end") }} as original_revenue_eur,
        {{ exact_sum("case when amount_type = 'expense' then current_budget_eur end") }} as current_expense_eur,
        {{ exact_sum("case when amount_type = 'revenue' then current_budget_eur end") }} as current_revenue_eur
    from budget
    group by fiscal_year, programme_name, task_field_code, delivery_id
)

select
    fiscal_year,
    report,
    months_elapsed,
    is_complete,
    programme_name,
    task_field_code,
    expense_eur,
    revenue_eur,
    'ledger.actuals' as feed,
    delivery_id
from cumulative
union all
select
    fiscal_year,
    'original_budget' as report,
    12 as months_elapsed,
    true as is_complete,
    programme_name,
    task_field_code,
    coalesce(original_expense_eur, 0) as expense_eur,
    coalesce(original_revenue_eur, 0) as revenue_eur,
    'ledger.budget' as feed,
    delivery_id
from budgeted
union all
select
    fiscal_year,
    'budget' as report,
    12 as months_elapsed,
    true as is_complete,
    programme_name,
    task_field_code,
    coalesce(current_expense_eur, 0) as expense_eur,
    coalesce(current_revenue_eur, 0) as revenue_eur,
    'ledger.budget' as feed,
    delivery_id
from budgeted
