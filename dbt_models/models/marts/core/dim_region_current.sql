{{ config(materialized='table') }}

with regions as (select * from {{ ref('int_regions__current') }})

select
    {{ declared_columns('regions') }}
from regions
