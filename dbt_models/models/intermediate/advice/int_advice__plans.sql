with plans as (select * from {{ ref('prevention_plans') }})

select *
from plans
where municipality_code = '{{ var('municipality_code') }}'
