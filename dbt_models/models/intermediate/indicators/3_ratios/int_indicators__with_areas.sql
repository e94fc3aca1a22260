{{ config(materialized='table') }}

with figures as (select * from {{ ref('int_indicators__suppressed') }}),

areas as (select * from {{ ref('int_indicators__areas') }})

select
    *,
    null::varchar as denominator_feed,
    null::varchar as denominator_delivery_id
from figures
union all
select * from areas
