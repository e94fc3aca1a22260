select
    crime_code,
    crime_name,
    region_code,
    {{ region_level('region_code') }} as region_level,
    {{ cbs_period_columns() }},
    crime_count,
    delivery_id
from {{ source('raw_police', 'crime_monthly') }}
