select region_level, period, lonely_pct
from {{ ref('mart_sport_and_health') }}
where region_level in ('country', 'municipality') and lonely_pct is not null
order by period_end_date desc, region_level
limit 2
