{% set levels = {
    'practical': ['vso', 'pro'],
    'vmbo': ['vmbo_b', 'vmbo_b_k', 'vmbo_k', 'vmbo_k_gt', 'vmbo_gt'],
    'vmbo_havo': ['vmbo_gt_havo'],
    'havo': ['havo', 'havo_vwo'],
    'vwo': ['vwo'],
} %}

select
    delivery_id,
    {{ duo_day('counted_on') }} as counted_on_date,
    {{ school_location_code('institution_code', 'location_number') }} as school_location_code,
    'GM' || lpad(municipality_number, 4, '0') as municipality_code,
    {%- for level, columns in levels.items() %}
    {%- for part in ['known', 'lower', 'upper'] %}
    {{ duo_sum(part, columns) }} as {{ level }}_{{ part }},
    {%- endfor %}
    {%- endfor %}
    lower(school_type) as school_type
from {{ source('raw_duo', 'school_advice') }}
