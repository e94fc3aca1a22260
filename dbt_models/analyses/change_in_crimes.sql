select period, 100.0 * crimes_count / lag(crimes_count) over (order by period) - 100 as change_pct
from {{ ref('mart_safety') }}
where region_level = 'municipality' and period_type = 'year' and crimes_count is not null and is_complete_period
order by period desc
limit 1
