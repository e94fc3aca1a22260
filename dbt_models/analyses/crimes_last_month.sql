select period, value as crimes_count
from {{ ref('fct_indicator_values') }}
where indicator_code = 'crimes_monthly_count' and region_level = 'municipality' and is_current
