{{ config(materialized='table') }}

with base as (select * from {{ ref('int_indicators__base') }}),

areas as (select * from {{ ref('int_indicators__areas') }}),

with_areas as (
    select
        *,
        null::varchar as denominator_feed,
        null::varchar as denominator_delivery_id
    from base
    union all
    select * from areas
)

select * from with_areas
