select period, value as occupancy_pct
from {{ ref('fct_indicator_values') }}
where indicator_code = 'sports_accommodation_occupancy_pct' and region_level = 'municipality' and is_current
