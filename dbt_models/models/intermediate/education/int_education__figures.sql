{% set indicators = {
    'duo.schools': {
        'primary_schools_count': "'schools'",
        'public_primary_schools_count': "'public_schools'",
    },
    'duo.pupils': {
        'primary_pupils_count': "'pupils'",
    },
    'duo.school_advice': {
        'school_advice_count': "'advice'",
        'school_advice_practical_count': "'advice_practical'",
        'school_advice_vmbo_count': "'advice_vmbo'",
        'school_advice_vmbo_havo_count': "'advice_vmbo_havo'",
        'school_advice_havo_count': "'advice_havo'",
        'school_advice_vwo_count': "'advice_vwo'",
    },
} %}
{{ config(meta={'indicators': indicators}) }}

with by_region as (select * from {{ ref('int_education__by_region') }}),

newest_regions as (select * from {{ ref('int_regions__newest') }}),

delivered as ({{ delivered_indicators(['duo.schools', 'duo.pupils', 'duo.school_advice']) }}),

measured as (
    select
        *,
        {{ indicator_case(indicators) }} as measure
    from delivered
),

figures as (
    select
        {{ unpivoted_figures('by_region', indicators, dict(
            in_year('by_region.school_year'),
            region_vintage='coalesce(newest_regions.region_vintage, by_region.school_year)',
            period_start_date='make_date(by_region.school_year, 8, 1)',
            period_end_date='make_date(by_region.school_year + 1, 7, 31)',
            value='by_region.middle_count',
            lower_bound='by_region.lower_count',
            upper_bound='by_region.upper_count',
            missing_reason='by_region.missing_reason'
        )) }}
    from by_region
    inner join measured as delivered
        on by_region.measure = delivered.measure and by_region.feed = delivered.source_feed
    left join newest_regions on by_region.region_code = newest_regions.region_code
)

select * from figures
