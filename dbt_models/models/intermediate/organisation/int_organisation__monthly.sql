{% set of_absence = [
    'absent_days', 'absent_fte_days', 'short_fte_days', 'medium_fte_days', 'long_fte_days', 'extra_long_fte_days',
    'report_count',
] %}

{{ config(materialized='table') }}

with rounded as (select * from {{ ref('int_organisation__rounded') }}),

sized as (
    select
        *,
        employee_count * month_days / 365 as employee_years,
        sum(employee_count) over (
            partition by row_type, month_start_date
            order by employee_count, department_name
            rows between unbounded preceding and 1 preceding
        ) as smaller_employee_count
    from rounded
),

-- In a month the absence of so few is that of a person or two. The remainder of the organisation beside the departments
-- that are shown is not that of fewer either.
rolling as (
    select
        *,
        employee_count < {{ fewest_staff_in_month() }}
        or coalesce(smaller_employee_count < {{ fewest_staff_in_month() }}, false) as is_too_small,
        count(employee_count) over twelve_months = 12
        and min(month_start_date) over twelve_months = month_start_date - interval '11' month as has_twelve_months,
        sum(absent_fte_days) over twelve_months as absent_fte_days_12_months,
        sum(available_fte_days) over twelve_months as available_fte_days_12_months,
        sum(report_count) over twelve_months as report_count_12_months,
        sum(employee_years) over twelve_months as employee_years_12_months
    from sized
    window twelve_months as (
        partition by row_type, department_name
        order by month_start_date
        rows between 11 preceding and current row
    )
),

-- The sum of months that are shown each, so that it discloses no more than they do.
quarterly as (
    select
        *,
        count(case when is_complete_month and not is_too_small then absent_fte_days end) over calendar_quarter = 3
            as has_quarter,
        sum(absent_fte_days) over calendar_quarter as absent_fte_days_quarter,
        sum(available_fte_days) over calendar_quarter as available_fte_days_quarter
    from rolling
    window calendar_quarter as (
        partition by row_type, department_name, date_trunc('quarter', month_start_date)
        order by month_start_date
        rows between unbounded preceding and unbounded following
    )
)

select
    row_type,
    department_name,
    period,
    month_start_date,
    month_end_date,
    is_complete_month,
    employee_count,
    fte_count,
    available_fte_days,
    {% for quantity in of_absence %}
    case when not is_too_small then {{ quantity }} end as {{ quantity }},
    {% endfor %}
    employee_years,
    case when has_twelve_months then absent_fte_days_12_months end as absent_fte_days_12_months,
    case when has_twelve_months then available_fte_days_12_months end as available_fte_days_12_months,
    case when has_twelve_months then report_count_12_months end as report_count_12_months,
    case when has_twelve_months then employee_years_12_months end as employee_years_12_months,
    case when has_quarter then absent_fte_days_quarter end as absent_fte_days_quarter,
    case when has_quarter then available_fte_days_quarter end as available_fte_days_quarter,
    case when missing_reason is not null or is_too_small then 'suppressed' end as missing_reason
from quarterly
