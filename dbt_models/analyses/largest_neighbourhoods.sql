select region_name, period, population_count
from {{ ref('mart_demography') }}
where region_level = 'neighbourhood' and population_count is not null
order by period_end_date desc, population_count desc, region_code
limit 5
