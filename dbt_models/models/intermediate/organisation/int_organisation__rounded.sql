{% set amounts = [
    'fte_count', 'available_fte_days', 'absent_days', 'absent_fte_days', 'short_fte_days', 'medium_fte_days',
    'long_fte_days', 'extra_long_fte_days',
] %}

with shown as (select * from {{ ref('int_organisation__shown') }}),

rounded as (select * from {{ ref('int_organisation__rounded_counts') }})

select
    shown.row_type,
    shown.department_name,
    {{ month_name('shown.month_start_date') }} as period,
    shown.month_start_date,
    shown.month_end_date,
    shown.is_complete_month,
    shown.month_days,
    staff.shown_count as employee_count,
    {% for amount in amounts %}
    staff.shown_count * {{ mean_per_contributor('shown.' ~ amount, 'shown.employee_count') }} as {{ amount }},
    {% endfor %}
    reports.shown_count as report_count,
    shown.missing_reason
from shown
left join rounded as staff
    on
        shown.department_name = staff.region_code
        and {{ month_name('shown.month_start_date') }} = staff.period
        and staff.indicator_code = 'employee_count'
        and shown.missing_reason is null
left join rounded as reports
    on
        shown.department_name = reports.region_code
        and {{ month_name('shown.month_start_date') }} = reports.period
        and reports.indicator_code = 'report_count'
        and shown.missing_reason is null
