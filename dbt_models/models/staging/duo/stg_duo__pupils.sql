{% set ages = [
    'age_4_pupils', 'age_5_pupils', 'age_6_pupils', 'age_7_pupils', 'age_8_pupils', 'age_9_pupils',
    'age_10_pupils', 'age_11_pupils', 'age_12_pupils', 'age_13_pupils', 'age_14_pupils'
] %}

select
    delivery_id,
    {{ duo_day('counted_on') }} as counted_on_date,
    {{ school_location_code('institution_code', 'location_number') }} as school_location_code,
    'GM' || lpad(municipality_number, 4, '0') as municipality_code,
    lower(school_type) as school_type,
    {{ duo_sum('known', ages) }} as pupils_known,
    {{ duo_sum('lower', ages) }} as pupils_lower,
    {{ duo_sum('upper', ages) }} as pupils_upper
from {{ source('raw_duo', 'pupils') }}
