select
    -- This table calls the country NL01; our regions call it NL00.
    {{ region_code('region_code') }} as region_code,
    {{ region_level('region_code') }} as region_level,
    edition_year,
    delivery_id,
    substr(period_code, 1, 4)::integer as figures_year,
    {{ cbs_status('period_status') }} as status,
    measure_code,
    household_code,
    income_limit_code,
    duration_code,
    measure_unit,
    value,
    nullif(value_attribute, 'None') as value_attribute
from {{ source('raw_cbs', 'low_income') }}
