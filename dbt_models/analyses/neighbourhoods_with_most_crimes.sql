select region_name, period, crimes_count
from {{ ref('mart_safety') }}
where region_level = 'neighbourhood' and period_type = 'year' and crimes_count is not null and is_complete_period
order by period desc, crimes_count desc, region_code
limit 5
