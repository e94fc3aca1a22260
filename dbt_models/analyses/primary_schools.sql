select period, primary_schools_count, public_primary_schools_count
from {{ ref('mart_education') }}
where region_level = 'municipality' and primary_schools_count is not null
order by period_end_date desc
limit 1
