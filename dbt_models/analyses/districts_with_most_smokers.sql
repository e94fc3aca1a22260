select region_name, period, smokers_pct
from {{ ref('mart_sport_and_health') }}
where region_level = 'district' and smokers_pct is not null
order by period_end_date desc, smokers_pct desc, region_code
limit 3
