select period, value as recipients_count
from {{ ref('fct_indicator_values') }}
where indicator_code = 'welfare_recipients_quarter_count' and region_level = 'municipality' and is_current
