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

with by_region as (select * from {{ ref('int_education__by_region') }})

{{ figures_of('by_region', indicators, dict(
    in_year('school_year'),
    period_start_date='make_date(school_year, 8, 1)',
    period_end_date='make_date(school_year + 1, 7, 31)',
    value='middle_count',
    lower_bound='lower_count',
    upper_bound='upper_count',
    missing_reason='missing_reason'
)) }}
where by_region.feed = delivered.source_feed and by_region.measure = {{ indicator_case(indicators) }}
