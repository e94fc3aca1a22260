select
    delivery_id,
    region_name,
    distance_to_library_km
from {{ source('raw_statline', 'proximity') }}
