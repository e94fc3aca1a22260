select
    age_code,
    case margin_code when 'MW00000' then 'estimate' when 'MOG0095' then 'lower' when 'MBG0095' then 'upper' end
        as margin,
    {{ region_code('region_code') }} as region_code,
    {{ region_level('region_code') }} as region_level,
    edition_year,
    {{ cbs_period_columns() }},
    {{ contract_column_names('rivm.health') }},
    delivery_id
from {{ source('raw_rivm', 'health') }}
