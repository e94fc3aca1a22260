with monthly as (select * from {{ ref('int_organisation__monthly') }}),

absence as (select * from {{ ref('stg_hr__absence') }}),

staff as (select * from {{ ref('stg_hr__staff') }}),

newest_regions as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

counted_indicators as (
    select
        indicator_code,
        source_feed
    from dictionary
    where source_feed in ('hr.staff', 'hr.absence') and numerator is null
),

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
),

organisation as (
    select
        monthly.*,
        '{{ var('municipality_code') }}' as region_code
    from monthly
    where monthly.row_type = 'organisation'
),

figures as (
    select
        organisation.region_code,
        coalesce(newest_regions.region_vintage, year(organisation.month_start_date)::integer) as region_vintage,
        'municipality' as region_level,
        counted_indicators.indicator_code,
        null::integer as edition_year,
        'month' as period_type,
        organisation.period,
        organisation.month_start_date as period_start_date,
        organisation.month_end_date as period_end_date,
        organisation.is_complete_month as is_complete_period,
        (case counted_indicators.indicator_code
            when 'staff_count' then organisation.employee_count
            when 'staff_fte' then organisation.fte_count
            when 'staff_fte_days' then organisation.available_fte_days
            when 'staff_years' then organisation.employee_years
            when 'staff_fte_days_12_months' then organisation.available_fte_days_12_months
            when 'staff_years_12_months' then organisation.employee_years_12_months
            when 'sickness_absence_fte_days' then organisation.absent_fte_days
            when 'short_sickness_absence_fte_days' then organisation.short_fte_days
            when 'medium_sickness_absence_fte_days' then organisation.medium_fte_days
            when 'long_sickness_absence_fte_days' then organisation.long_fte_days
            when 'extra_long_sickness_absence_fte_days' then organisation.extra_long_fte_days
            when 'absence_reports_count' then organisation.report_count
            when 'sickness_absence_fte_days_12_months' then organisation.absent_fte_days_12_months
            when 'absence_reports_12_months_count' then organisation.report_count_12_months
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        null::varchar as status,
        null::varchar as missing_reason,
        deliveries.feed,
        deliveries.delivery_id
    from organisation
    cross join counted_indicators
    inner join deliveries on counted_indicators.source_feed = deliveries.feed
    left join newest_regions on organisation.region_code = newest_regions.region_code
)

select * from figures
