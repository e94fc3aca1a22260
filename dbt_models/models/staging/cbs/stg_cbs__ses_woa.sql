select
    region_code,
    {{ region_level('region_code') }} as region_level,
    edition_year,
    delivery_id,
    substr(period_code, 1, 4)::integer as figures_year,
    {{ cbs_status('period_status') }} as status,
    household_count,
    score,
    wealth_score,
    education_score,
    employment_score,
    score_spread
from {{ source('raw_cbs', 'ses_woa') }}
