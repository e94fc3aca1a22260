select region_name, period, distance_to_library_km
from {{ ref('mart_facilities') }}
where region_level = 'neighbourhood' and distance_to_library_km is not null
order by period_end_date desc, distance_to_library_km desc, region_code
limit 3
