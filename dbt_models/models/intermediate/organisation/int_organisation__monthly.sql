{{ config(materialized='table') }}

with shown as (select * from {{ ref('int_organisation__shown') }}),

-- Over twelve months only of what was shown in each of them: a month that is hidden cannot be worked out from the year.
rolling as (
    select
        *,
        employee_count * month_days / 365.0 as employee_years,
        count(employee_count) over twelve_months = 12
        and min(month_start_date) over twelve_months = month_start_date - interval '11' month as has_twelve_months,
        sum(absent_fte_days) over twelve_months as absent_fte_days_12_months,
        sum(available_fte_days) over twelve_months as available_fte_days_12_months,
        sum(report_count) over twelve_months as report_count_12_months,
        sum(employee_count * month_days / 365.0) over twelve_months as employee_years_12_months
    from shown
    window twelve_months as (
        partition by row_type, department_name
        order by month_start_date
        rows between 11 preceding and current row
    )
)

select
    row_type,
    department_name,
    {{ month_name('month_start_date') }} as period,
    month_start_date,
    month_end_date,
    is_complete_month,
    employee_count,
    fte_count,
    available_fte_days,
    absent_days,
    absent_fte_days,
    short_fte_days,
    medium_fte_days,
    long_fte_days,
    extra_long_fte_days,
    report_count,
    employee_years,
    case when has_twelve_months then absent_fte_days_12_months end as absent_fte_days_12_months,
    case when has_twelve_months then available_fte_days_12_months end as available_fte_days_12_months,
    case when has_twelve_months then report_count_12_months end as report_count_12_months,
    case when has_twelve_months then employee_years_12_months end as employee_years_12_months,
    missing_reason
from rolling
