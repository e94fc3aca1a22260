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

with by_region as (select * from {{ ref('int_education__by_region') }}),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }} where feed = 'duo.pupils')

-- DUO publishes the pupils of 1 October as provisional before the year is out; no file says when they are definitive.

{{ figures_of('by_region', indicators, dict(
    in_year('school_year'),
    period_start_date='make_date(school_year, 8, 1)',
    period_end_date='make_date(school_year + 1, 7, 31)',
    value='middle_count',
    lower_bound='lower_count',
    upper_bound='upper_count',
    status="case when year(deliveries.released_at) = by_region.school_year then 'provisional' end",
    missing_reason='missing_reason'
)) }}
left join deliveries on by_region.delivery_id = deliveries.delivery_id and by_region.feed = deliveries.feed
where by_region.feed = delivered.source_feed and by_region.measure = {{ indicator_case(indicators) }}
