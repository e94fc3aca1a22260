{{ config(materialized='table') }}

with scenarios as (select * from {{ ref('int_outlook__scenarios') }})

select
    {{ declared_columns('scenarios') }}
from scenarios
