{{ config(materialized='table') }}

with steps as (select * from {{ ref('int_organisation__spells') }}),

staff as (select * from {{ ref('stg_hr__staff') }}),

exported as (select max(as_of_date) as as_of_date from {{ ref('stg_hr__absence') }}),

months as (
    select
        staff.month_start_date,
        last_day(staff.month_start_date) as month_end_date,
        -- Of a month that still runs the days up to that of the export count, above the line and below it.
        least(last_day(staff.month_start_date), exported.as_of_date) as counted_until_date,
        {{ days_apart('staff.month_start_date', 'least(last_day(staff.month_start_date), exported.as_of_date)') }} + 1
            as month_days,
        exported.as_of_date
    from staff
    cross join exported
    where staff.month_start_date <= exported.as_of_date
    group by staff.month_start_date, exported.as_of_date
),

-- The length of a spell as it was at the end of the month: figures of past months do not change as a case goes on.
lengths as (
    select
        steps.employee_key,
        steps.spell_number,
        months.month_start_date,
        {{ days_apart('min(steps.spell_start_date)', 'max(least(steps.end_date, months.counted_until_date))') }} + 1
        - sum(steps.days_between) as spell_days
    from steps
    inner join months on steps.start_date <= months.counted_until_date
    group by steps.employee_key, steps.spell_number, months.month_start_date
),

absent as (
    select
        steps.department_name,
        months.month_start_date,
        lengths.spell_days,
        {{ days_apart(
            'greatest(steps.start_date, months.month_start_date)', 'least(steps.end_date, months.counted_until_date)'
        ) }} + 1 as absent_days,
        -- An export without part-time factors counts with the average of the department.
        absent_days
        * coalesce(steps.part_time_factor, staff.fte_count / nullif(staff.employee_count, 0), 1)
        * steps.absent_share as absent_fte_days
    from steps
    inner join months
        on steps.start_date <= months.counted_until_date and steps.end_date >= months.month_start_date
    inner join lengths
        on
            steps.employee_key = lengths.employee_key
            and steps.spell_number = lengths.spell_number
            and months.month_start_date = lengths.month_start_date
    left join staff
        on steps.department_name = staff.department_name and months.month_start_date = staff.month_start_date
),

absent_per_month as (
    select
        department_name,
        month_start_date,
        sum(absent_days) as absent_days,
        {{ exact_sum('absent_fte_days') }} as absent_fte_days,
        {{ exact_sum('case when spell_days <= 7 then absent_fte_days else 0 end') }} as short_fte_days,
        {{ exact_sum('case when spell_days between 8 and 42 then absent_fte_days else 0 end') }} as medium_fte_days,
        {{ exact_sum('case when spell_days between 43 and 365 then absent_fte_days else 0 end') }} as long_fte_days,
        {{ exact_sum('case when spell_days > 365 then absent_fte_days else 0 end') }} as extra_long_fte_days
    from absent
    group by department_name, month_start_date
),

reports_per_month as (
    select
        department_name,
        date_trunc('month', start_date)::date as month_start_date,
        count(*) as report_count
    from steps
    where is_report
    group by 1, 2
),

-- Staff and absence come from two exports: a department that only one of them knows has its row as well.
departments as (
    select department_name, month_start_date from staff
    union
    select department_name, month_start_date from absent_per_month
)

select
    departments.department_name,
    months.month_start_date,
    months.month_end_date,
    months.month_end_date <= months.as_of_date as is_complete_month,
    months.month_days,
    coalesce(staff.employee_count, 0) as employee_count,
    coalesce(staff.fte_count, 0) as fte_count,
    coalesce(staff.fte_count, 0) * months.month_days as available_fte_days,
    coalesce(absent_per_month.absent_days, 0) as absent_days,
    coalesce(absent_per_month.absent_fte_days, 0) as absent_fte_days,
    coalesce(absent_per_month.short_fte_days, 0) as short_fte_days,
    coalesce(absent_per_month.medium_fte_days, 0) as medium_fte_days,
    coalesce(absent_per_month.long_fte_days, 0) as long_fte_days,
    coalesce(absent_per_month.extra_long_fte_days, 0) as extra_long_fte_days,
    coalesce(reports_per_month.report_count, 0) as report_count
from departments
inner join months on departments.month_start_date = months.month_start_date
left join staff
    on
        departments.department_name = staff.department_name
        and departments.month_start_date = staff.month_start_date
left join absent_per_month
    on
        departments.department_name = absent_per_month.department_name
        and departments.month_start_date = absent_per_month.month_start_date
left join reports_per_month
    on
        departments.department_name = reports_per_month.department_name
        and departments.month_start_date = reports_per_month.month_start_date
