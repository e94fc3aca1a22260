with options as (select * from {{ ref('prevention_options') }}),

plans as (select * from {{ ref('int_advice__plans') }})

select options.*
from options
inner join plans on options.plan_code = plans.plan_code
