select period, residential_burglaries_count
from {{ ref('mart_safety') }}
where region_level = 'municipality' and period_type = 'year' and is_complete_period
order by period desc
limit 3
