select
    delivery_id,
    trim(region_code) as region_code,
    {{ region_level('region_code') }} as region_level,
    region_name,
    try_cast(substr(period_name, 1, 4) as integer) as period_year,
    case when period_name like '%*' then 'provisional' end as status,
    household_count,
    low_education_pct,
    middle_education_pct,
    high_education_pct,
    score,
    score_spread
from {{ source('raw_statline', 'ses_woa') }}
