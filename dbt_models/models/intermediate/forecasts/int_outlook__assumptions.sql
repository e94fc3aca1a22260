with scenarios as (select * from {{ ref('scenarios') }})

select
    scenario_code,
    assumption,
    indicator_code,
    year,
    value
from scenarios
where municipality_code = '{{ var('municipality_code') }}'
