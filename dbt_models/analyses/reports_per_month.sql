select period, value as reports_count
from {{ ref('fct_indicator_values') }}
where indicator_code = 'reports_received_count' and region_level = 'municipality' and is_complete_period
order by period desc
limit 12
