select period, value, year_before_value, change
from {{ ref('mart_kpi') }}
where indicator_code = 'reports_received_count'
