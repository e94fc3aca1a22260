select
    delivery_id,
    reference_date,
    accommodation_name,
    neighbourhood_code,
    available_hours,
    used_hours
from {{ source('raw_sports', 'accommodation_use') }}
