with by_region as (select * from {{ ref('int_vacancy__by_region') }}),

dictionary as (select * from {{ ref('indicators') }}),

counted_indicators as (
    select indicator_code
    from dictionary
    where source_feed = 'vacancy.premises' and numerator is null
),

figures as (
    select
        by_region.region_code,
        by_region.region_vintage,
        by_region.region_level,
        counted_indicators.indicator_code,
        null::integer as edition_year,
        'month' as period_type,
        year(by_region.month_start_date)::varchar || '-' || lpad(month(by_region.month_start_date)::varchar, 2, '0')
            as period,
        by_region.month_start_date as period_start_date,
        by_region.month_end_date as period_end_date,
        by_region.is_complete_month as is_complete_period,
        (case counted_indicators.indicator_code
            when 'shop_count' then by_region.shop_count
            when 'vacant_shop_count' then by_region.shop_vacant
            when 'long_term_vacant_shop_count' then by_region.shop_long_term_vacant
            when 'shop_floor_area_m2' then by_region.shop_m2
            when 'vacant_shop_floor_area_m2' then by_region.shop_vacant_m2
            when 'office_count' then by_region.office_count
            when 'vacant_office_count' then by_region.office_vacant
            when 'long_term_vacant_office_count' then by_region.office_long_term_vacant
            when 'office_floor_area_m2' then by_region.office_m2
            when 'vacant_office_floor_area_m2' then by_region.office_vacant_m2
            when 'business_premises_count' then by_region.business_count
            when 'vacant_business_premises_count' then by_region.business_vacant
            when 'long_term_vacant_business_premises_count' then by_region.business_long_term_vacant
            when 'business_premises_floor_area_m2' then by_region.business_m2
            when 'vacant_business_premises_floor_area_m2' then by_region.business_vacant_m2
            when 'registered_dwelling_count' then by_region.dwelling_count
            when 'vacant_registered_dwelling_count' then by_region.dwelling_vacant
            when 'long_term_vacant_registered_dwelling_count' then by_region.dwelling_long_term_vacant
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        null::varchar as status,
        null::varchar as missing_reason,
        'vacancy.premises' as feed,
        by_region.delivery_id
    from by_region
    cross join counted_indicators
)

select * from figures
