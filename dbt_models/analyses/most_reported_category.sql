select main_category, period, reports_received_count
from {{ ref('mart_report_categories') }}
where is_complete_period
order by period desc, reports_received_count desc, main_category
limit 1
