{{ config(materialized='view') }}

with monthly as (select * from {{ ref('int_organisation__monthly') }}),

benchmark as (select * from {{ ref('int_organisation__benchmark') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }}),

clocks as (
    select
        min(checked_at) as checked_at,
        min(fresh_until) as fresh_until
    from freshness
    where
        feed in ('hr.staff', 'hr.absence', 'cbs.sickness_absence')
        and not is_withheld
),

final as (
    select
        monthly.row_type,
        monthly.department_name,
        monthly.period,
        monthly.month_start_date as period_start_date,
        monthly.month_end_date as period_end_date,
        monthly.is_complete_month,
        monthly.employee_count::bigint as staff_count,
        monthly.fte_count as staff_fte,
        monthly.absent_days::bigint as sickness_absence_days,
        monthly.absent_fte_days as sickness_absence_fte_days,
        100 * monthly.absent_fte_days / nullif(monthly.available_fte_days, 0) as sickness_absence_pct,
        100 * monthly.short_fte_days / nullif(monthly.available_fte_days, 0) as short_sickness_absence_pct,
        100 * monthly.medium_fte_days / nullif(monthly.available_fte_days, 0) as medium_sickness_absence_pct,
        100 * monthly.long_fte_days / nullif(monthly.available_fte_days, 0) as long_sickness_absence_pct,
        100 * monthly.extra_long_fte_days / nullif(monthly.available_fte_days, 0) as extra_long_sickness_absence_pct,
        monthly.report_count::bigint as absence_reports_count,
        monthly.report_count / nullif(monthly.employee_years, 0) as absence_reports_per_employee_year,
        100 * monthly.absent_fte_days_12_months / nullif(monthly.available_fte_days_12_months, 0)
            as sickness_absence_12_months_pct,
        monthly.report_count_12_months / nullif(monthly.employee_years_12_months, 0)
            as absence_reports_12_months_per_employee_year,
        benchmark.absence_pct as public_administration_sickness_absence_pct,
        monthly.missing_reason,
        clocks.checked_at,
        clocks.fresh_until
    from monthly
    cross join clocks
    left join benchmark
        on monthly.month_start_date between benchmark.period_start_date and benchmark.period_end_date
)

select * from final
