select period, value as vacant_shop_pct
from {{ ref('fct_indicator_values') }}
where indicator_code = 'vacant_shop_pct' and region_level = 'municipality' and is_current
