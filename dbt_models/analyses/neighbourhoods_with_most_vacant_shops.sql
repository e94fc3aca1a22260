select region_name, period, vacant_shop_count
from {{ ref('mart_vacancy') }}
where region_level = 'neighbourhood' and is_complete_period and vacant_shop_count is not null
order by period desc, vacant_shop_count desc, region_code
limit 3
