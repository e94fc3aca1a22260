select
    nuisance_code,
    nuisance_name,
    region_code,
    {{ region_level('region_code') }} as region_level,
    {{ cbs_period_columns() }},
    registration_count,
    delivery_id
from {{ source('raw_police', 'nuisance_monthly') }}
