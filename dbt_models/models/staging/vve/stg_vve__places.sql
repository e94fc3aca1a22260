select
    delivery_id,
    reference_date,
    neighbourhood_code,
    toddlers_count,
    indicated_count,
    placed_count,
    offered_hours,
    attended_hours
from {{ source('raw_vve', 'places') }}
