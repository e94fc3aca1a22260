{{ config(materialized='table') }}

with recipients as (select * from {{ ref('stg_benefits_admin__recipients') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

-- What lies in no neighbourhood of today still belongs to the municipality.
placed as ({{ placed_in_neighbourhoods('raw_benefits_admin', 'recipients', 'recipients', 'reference_date') }}),

months as (select distinct delivery_id, reference_date from recipients)

select
    parts.region_code,
    parts.region_level,
    months.delivery_id,
    months.reference_date,
    coalesce(sum(placed.households_count), 0) as households_count,
    coalesce(sum(placed.persons_count), 0) as persons_count,
    coalesce(sum(placed.persons_count) filter (where placed.benefit_type = 'general_assistance'), 0)
        as general_assistance_count,
    coalesce(sum(placed.persons_count) filter (where placed.benefit_type in ('ioaw', 'ioaz')), 0) as ioaw_ioaz_count,
    coalesce(sum(placed.persons_count) filter (where placed.benefit_type = 'bbz'), 0) as bbz_count,
    coalesce(sum(placed.inflow_count), 0) as inflow_count,
    coalesce(sum(placed.outflow_count), 0) as outflow_count,
    coalesce(sum(placed.outflow_to_work_count), 0) as outflow_to_work_count
from parts
cross join months
left join placed
    on parts.neighbourhood_code = placed.place_code and months.reference_date = placed.reference_date
group by all
