{% set indicators = {
    'vacancy.premises': {
        'shop_count': 'shop_count',
        'vacant_shop_count': 'shop_vacant',
        'long_term_vacant_shop_count': 'shop_long_term_vacant',
        'shop_floor_area_m2': 'shop_m2',
        'vacant_shop_floor_area_m2': 'shop_vacant_m2',
        'office_count': 'office_count',
        'vacant_office_count': 'office_vacant',
        'long_term_vacant_office_count': 'office_long_term_vacant',
        'office_floor_area_m2': 'office_m2',
        'vacant_office_floor_area_m2': 'office_vacant_m2',
        'business_premises_count': 'business_count',
        'vacant_business_premises_count': 'business_vacant',
        'long_term_vacant_business_premises_count': 'business_long_term_vacant',
        'business_premises_floor_area_m2': 'business_m2',
        'vacant_business_premises_floor_area_m2': 'business_vacant_m2',
        'registered_dwelling_count': 'dwelling_count',
        'vacant_registered_dwelling_count': 'dwelling_vacant',
        'long_term_vacant_registered_dwelling_count': 'dwelling_long_term_vacant',
    },
} %}

with by_region as (select * from {{ ref('int_vacancy__by_region') }})

{{ figures_of('by_region', indicators, in_month_of('reference_date')) }}
