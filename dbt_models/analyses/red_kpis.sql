select indicator_code, short_label_nl, period, value, target_value
from {{ ref('mart_kpi') }}
where traffic_light = 'red'
order by kpi_order
