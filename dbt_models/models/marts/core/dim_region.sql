{{ config(materialized='table') }}

with regions as (select * from {{ ref('int_regions__vintages') }})

select
    {{ declared_columns('regions') }}
from regions
