select
    region_code,
    edition_year,
    delivery_id,
    region_name,
    -- OData v4 leaves this text out of the older editions.
    coalesce(
        municipality_name,
        max(case when substr(region_code, 1, 2) = 'GM' then region_name end)
            over (partition by edition_year, substr(region_code, 3, 4))
    ) as municipality_name,
    {{ region_level('region_code') }} as region_level,
    nullif(boundary_change_code, '.') as boundary_change_code,
    nullif(most_common_postcode, '.') as most_common_postcode,
    {{ contract_column_names('cbs.key_figures') }}
from {{ source('raw_cbs', 'key_figures') }}
