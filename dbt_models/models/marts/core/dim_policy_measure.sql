{{ config(materialized='table') }}

with measures as (select * from {{ ref('policy_measures') }})

select
    {{ declared_columns('measures') }}
from measures
where municipality_code = '{{ var('municipality_code') }}'
