{{ config(materialized='table') }}

with recipients as (select * from {{ ref('stg_benefits_admin__recipients') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

own_regions as (
    select distinct
        region_code,
        region_vintage,
        region_level
    from parts
),

-- What lies in no neighbourhood of today still belongs to the municipality.
placed as (
    select
        recipients.*,
        case
            when recipients.neighbourhood_code in (select neighbourhood_code from parts) then recipients.neighbourhood_code
            else 'unknown'
        end as place_code
    from recipients
),

months as (
    select distinct
        month_start_date,
        month_end_date,
        period,
        is_complete_month
    from recipients
),

counts as (
    select
        parts.region_code,
        placed.month_start_date,
        sum(placed.households_count) as households_count,
        sum(placed.persons_count) as persons_count,
        sum(placed.persons_count) filter (where placed.benefit_type = 'general_assistance') as general_assistance_count,
        sum(placed.persons_count) filter (where placed.benefit_type in ('ioaw', 'ioaz')) as ioaw_ioaz_count,
        sum(placed.persons_count) filter (where placed.benefit_type = 'bbz') as bbz_count,
        sum(placed.inflow_count) as inflow_count,
        sum(placed.outflow_count) as outflow_count,
        sum(placed.outflow_to_work_count) as outflow_to_work_count
    from placed
    inner join parts on placed.place_code = parts.neighbourhood_code
    group by all
),

by_region as (
    select
        own_regions.region_code,
        own_regions.region_vintage,
        own_regions.region_level,
        months.month_start_date,
        months.month_end_date,
        months.period,
        months.is_complete_month,
        coalesce(counts.households_count, 0) as households_count,
        coalesce(counts.persons_count, 0) as persons_count,
        coalesce(counts.general_assistance_count, 0) as general_assistance_count,
        coalesce(counts.ioaw_ioaz_count, 0) as ioaw_ioaz_count,
        coalesce(counts.bbz_count, 0) as bbz_count,
        coalesce(counts.inflow_count, 0) as inflow_count,
        coalesce(counts.outflow_count, 0) as outflow_count,
        coalesce(counts.outflow_to_work_count, 0) as outflow_to_work_count
    from own_regions
    cross join months
    left join counts
        on own_regions.region_code = counts.region_code and months.month_start_date = counts.month_start_date
)

select * from by_region
