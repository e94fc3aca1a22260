{{ config(materialized='table') }}

with measures as (select * from {{ ref('policy_measures') }})

select
    measure_code,
    name_nl,
    theme_code,
    indicator_code,
    region_code,
    start_date,
    end_date,
    cost_eur,
    municipality_code
from measures
where municipality_code = '{{ var('municipality_code') }}'
