select
    sector_code,
    sector_name,
    {{ cbs_period_columns() }},
    absence_pct,
    delivery_id
from {{ source('raw_cbs', 'sickness_absence') }}
