with plans as (select * from {{ ref('housing_plans') }})

select
    region_code,
    year,
    dwellings_count,
    persons_per_dwelling,
    is_decided
from plans
where municipality_code = '{{ var('municipality_code') }}'
