select
    sector_code,
    sector_name,
    {{ cbs_period_type('period_code') }} as period_type,
    {{ cbs_period('period_code') }} as period,
    {{ cbs_period_start_date('period_code') }} as period_start_date,
    {{ cbs_period_end_date('period_code') }} as period_end_date,
    {{ cbs_period_status('period_name') }} as status,
    absence_pct,
    delivery_id
from {{ source('raw_cbs', 'sickness_absence') }}
