with by_region as (select * from {{ ref('int_education__by_region') }}),

newest_regions as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

counted_indicators as (
    select
        indicator_code,
        source_feed,
        case indicator_code
            when 'primary_schools_count' then 'schools'
            when 'public_primary_schools_count' then 'public_schools'
            when 'primary_pupils_count' then 'pupils'
            when 'school_advice_count' then 'advice'
            when 'school_advice_practical_count' then 'advice_practical'
            when 'school_advice_vmbo_count' then 'advice_vmbo'
            when 'school_advice_vmbo_havo_count' then 'advice_vmbo_havo'
            when 'school_advice_havo_count' then 'advice_havo'
            when 'school_advice_vwo_count' then 'advice_vwo'
        end as measure
    from dictionary
    where source_feed in ('duo.schools', 'duo.pupils', 'duo.school_advice') and numerator is null
),

figures as (
    select
        by_region.region_code,
        coalesce(newest_regions.region_vintage, by_region.school_year) as region_vintage,
        by_region.region_level,
        counted_indicators.indicator_code,
        null::integer as edition_year,
        'year' as period_type,
        by_region.school_year::varchar as period,
        make_date(by_region.school_year, 8, 1) as period_start_date,
        make_date(by_region.school_year + 1, 7, 31) as period_end_date,
        true as is_complete_period,
        by_region.middle_count as value,
        by_region.lower_count as lower_bound,
        by_region.upper_count as upper_bound,
        null::varchar as status,
        by_region.missing_reason,
        by_region.feed,
        by_region.delivery_id
    from by_region
    inner join counted_indicators
        on by_region.measure = counted_indicators.measure and by_region.feed = counted_indicators.source_feed
    left join newest_regions on by_region.region_code = newest_regions.region_code
)

select * from figures
