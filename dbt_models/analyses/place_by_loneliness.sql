select period, place, ranked_count
from {{ ref('mart_municipality_profile') }}
where is_own and indicator_code = 'lonely_pct'
