select
    age_code,
    case margin_code when 'MW00000' then 'estimate' when 'MOG0095' then 'lower' when 'MBG0095' then 'upper' end
        as margin,
    {{ region_code('region_code') }} as region_code,
    {{ region_level('region_code') }} as region_level,
    edition_year,
    {{ cbs_period_type('period_code') }} as period_type,
    {{ cbs_period('period_code') }} as period,
    {{ cbs_period_start_date('period_code') }} as period_start_date,
    {{ cbs_period_end_date('period_code') }} as period_end_date,
    {{ cbs_period_status('period_name') }} as status,
    {{ contract_column_names('rivm.health') }},
    delivery_id
from {{ source('raw_rivm', 'health') }}
