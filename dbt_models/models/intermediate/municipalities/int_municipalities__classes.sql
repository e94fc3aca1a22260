-- The class is that of the current number of inhabitants.
select
    region_code as municipality_code,
    {{ municipality_size_class('value') }} as size_class,
    feed as class_feed,
    released_at as class_released_at
from {{ ref('int_indicators__noise') }}
where region_level = 'municipality' and indicator_code = 'population_count' and is_current and value is not null
