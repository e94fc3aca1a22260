{% set indicators = {
    'hr.staff': {
        'staff_count': 'employee_count',
        'staff_fte': 'fte_count',
        'staff_fte_days': 'available_fte_days',
        'staff_years': 'employee_years',
        'staff_fte_days_12_months': 'available_fte_days_12_months',
        'staff_years_12_months': 'employee_years_12_months',
    },
    'hr.absence': {
        'sickness_absence_fte_days': 'absent_fte_days',
        'short_sickness_absence_fte_days': 'short_fte_days',
        'medium_sickness_absence_fte_days': 'medium_fte_days',
        'long_sickness_absence_fte_days': 'long_fte_days',
        'extra_long_sickness_absence_fte_days': 'extra_long_fte_days',
        'absence_reports_count': 'report_count',
        'sickness_absence_fte_days_12_months': 'absent_fte_days_12_months',
        'absence_reports_12_months_count': 'report_count_12_months',
    },
} %}

with monthly as (select * from {{ ref('int_organisation__monthly') }}),

absence as (select * from {{ ref('stg_hr__absence') }}),

staff as (select * from {{ ref('stg_hr__staff') }}),

deliveries as (
    select
        'hr.staff' as feed,
        max(delivery_id) as delivery_id
    from staff
    union all
    select
        'hr.absence' as feed,
        max(delivery_id) as delivery_id
    from absence
)

{{ figures_of('monthly', indicators, dict(
    in_month(),
    region_code="'" ~ var('municipality_code') ~ "'",
    region_level="'municipality'",
    missing_reason='monthly.missing_reason',
    delivery_id='deliveries.delivery_id'
)) }}
inner join deliveries on delivered.source_feed = deliveries.feed
where monthly.row_type = 'organisation'
