select
    delivery_id,
    institution_code,
    school_location_code,
    school_name,
    replace(postcode, ' ', '') as postcode,
    'GM' || lpad(municipality_number, 4, '0') as municipality_code,
    denomination
from {{ source('raw_duo', 'schools') }}
