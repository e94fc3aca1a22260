{{ config(materialized='table') }}

with algorithms as (select * from {{ ref('algorithms') }})

select
    {{ declared_columns('algorithms') }}
from algorithms
