select
    region_code,
    edition_year,
    delivery_id,
    {{ region_level('region_code') }} as region_level,
    {{ contract_column_names('cbs.proximity') }}
from {{ source('raw_cbs', 'proximity') }}
