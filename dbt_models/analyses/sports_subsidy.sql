select period, value as subsidy_eur
from {{ ref('fct_indicator_values') }}
where indicator_code = 'sports_subsidy_eur' and region_level = 'municipality' and is_current
