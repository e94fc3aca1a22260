select period, value as expense_eur
from {{ ref('fct_indicator_values') }}
where indicator_code = 'expense_to_date_eur' and region_level = 'municipality' and is_current
