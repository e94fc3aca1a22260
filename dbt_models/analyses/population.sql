select period, value as population_count
from {{ ref('fct_indicator_values') }}
where indicator_code = 'population_count' and region_level = 'municipality' and is_current
