with monthly as (
    select
        *,
        -- A ratio of a month that still runs is empty, for want of a divisor.
        case when is_complete_month then available_fte_days end as whole_fte_days,
        case when is_complete_month then employee_years end as whole_employee_years,
        case when is_complete_month then available_fte_days_12_months end as whole_fte_days_12_months,
        case when is_complete_month then employee_years_12_months end as whole_employee_years_12_months
    from {{ ref('int_organisation__monthly') }}
),

benchmark as (select * from {{ ref('int_organisation__benchmark') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

select
    monthly.row_type,
    monthly.department_name,
    monthly.period,
    monthly.month_start_date as period_start_date,
    monthly.month_end_date as period_end_date,
    monthly.is_complete_month as is_complete_period,
    {{ nearest_whole('monthly.employee_count') }} as staff_count,
    monthly.fte_count as staff_fte,
    {{ nearest_whole('monthly.absent_days') }} as sickness_absence_days,
    monthly.absent_fte_days as sickness_absence_fte_days,
    100 * monthly.absent_fte_days / nullif(monthly.whole_fte_days, 0) as sickness_absence_pct,
    100 * monthly.short_fte_days / nullif(monthly.whole_fte_days, 0) as short_sickness_absence_pct,
    100 * monthly.medium_fte_days / nullif(monthly.whole_fte_days, 0) as medium_sickness_absence_pct,
    100 * monthly.long_fte_days / nullif(monthly.whole_fte_days, 0) as long_sickness_absence_pct,
    100 * monthly.extra_long_fte_days / nullif(monthly.whole_fte_days, 0) as extra_long_sickness_absence_pct,
    {{ nearest_whole('monthly.report_count') }} as absence_reports_count,
    monthly.report_count / nullif(monthly.whole_employee_years, 0) as absence_reports_per_employee_year,
    100 * monthly.absent_fte_days_12_months / nullif(monthly.whole_fte_days_12_months, 0)
        as sickness_absence_12_months_pct,
    100 * monthly.absent_fte_days_quarter / nullif(monthly.available_fte_days_quarter, 0) as sickness_absence_quarter_pct,
    monthly.report_count_12_months / nullif(monthly.whole_employee_years_12_months, 0)
        as absence_reports_12_months_per_employee_year,
    benchmark.absence_pct as public_administration_sickness_absence_pct,
    case when monthly.month_end_date = benchmark.period_end_date then benchmark.absence_12_months_pct end
        as public_administration_sickness_absence_12_months_pct,
    monthly.missing_reason,
    staff.checked_at as staff_checked_at,
    staff.released_at as staff_released_at,
    staff.fresh_until as staff_fresh_until,
    absence.checked_at as absence_checked_at,
    absence.released_at as absence_released_at,
    absence.fresh_until as absence_fresh_until,
    sickness_absence.checked_at as sickness_absence_checked_at,
    sickness_absence.released_at as sickness_absence_released_at,
    sickness_absence.fresh_until as sickness_absence_fresh_until,
    least(staff.checked_at, absence.checked_at, sickness_absence.checked_at) as checked_at,
    least(staff.released_at, absence.released_at, sickness_absence.released_at) as released_at,
    least(staff.fresh_until, absence.fresh_until, sickness_absence.fresh_until) as fresh_until
from monthly
left join benchmark
    on monthly.month_start_date between benchmark.period_start_date and benchmark.period_end_date
left join freshness as staff on staff.feed = 'hr.staff'
left join freshness as absence on absence.feed = 'hr.absence'
left join freshness as sickness_absence
    on sickness_absence.feed = 'cbs.sickness_absence' and benchmark.absence_pct is not null
