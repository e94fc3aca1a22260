select region_name, period, population_65_plus_pct
from {{ ref('mart_demography') }}
where region_level = 'district' and population_65_plus_pct is not null
order by period_end_date desc, population_65_plus_pct desc
limit 1
