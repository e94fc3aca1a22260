select now.period, now.value - before.value as growth_count
from {{ ref('fct_indicator_values') }} as now
inner join {{ ref('fct_indicator_values') }} as before
    on now.region_code = before.region_code and now.indicator_code = before.indicator_code
where
    now.indicator_code = 'population_count' and now.region_level = 'municipality' and now.is_current
    and year(before.period_end_date) = year(now.period_end_date) - 5
