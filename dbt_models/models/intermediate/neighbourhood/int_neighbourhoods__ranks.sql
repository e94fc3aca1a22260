-- The smallest neighbourhood is not the best one: what is counted or added up has no place, its rate has. Nor has a figure
-- whose part of chance is unknown.
with figures as (
    select *
    from {{ ref('int_neighbourhoods__current_figures') }}
    where noise_lower is not null and noise_upper is not null and aggregation <> 'sum' and unit <> 'count'
),

{{ ranked_with_bands('figures', within=['municipality_code', 'indicator_code'], of='neighbourhood_code') }}

select
    neighbourhood_code,
    indicator_code,
    first_rank,
    last_rank,
    ranked_count
from ranked
