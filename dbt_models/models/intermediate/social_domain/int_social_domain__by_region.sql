{{ config(materialized='table') }}

with running as (select * from {{ ref('int_social_domain__running') }}),

months as (select * from {{ ref('int_social_domain__months') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

own_regions as (select distinct region_code, region_level from parts),

placed as (
    select
        parts.region_code,
        running.*,
        year(running.month_start_date) as year_number,
        case when running.law = 'youth' and running.is_under_23 then running.client_key end as young_key,
        case when running.law = 'wmo' then running.client_key end as wmo_key
    from running
    inner join parts on running.place_code = parts.neighbourhood_code
),

-- A person with two allocations, in two places even, is one person of the region: each region counts its own persons.
in_month as (
    select
        region_code,
        month_start_date,
        count(distinct young_key) as young_count,
        count(distinct case when care_form = 'ambulatory' then young_key end) as ambulatory_count,
        count(distinct case when care_form = 'residential' then young_key end) as residential_count,
        count(distinct case when care_form = 'protection' then young_key end) as protection_count,
        count(distinct case when care_form = 'probation' then young_key end) as probation_count,
        count(distinct wmo_key) as wmo_count,
        count(*) filter (where law = 'youth') as youth_running_count,
        count(*) filter (where law = 'youth' and is_started) as youth_started_count,
        count(*) filter (where law = 'youth' and is_ended) as youth_ended_count,
        count(*) filter (where law = 'wmo') as wmo_running_count,
        count(*) filter (where law = 'wmo' and is_started) as wmo_started_count,
        count(*) filter (where law = 'wmo' and is_ended) as wmo_ended_count,
        count(distinct case when law = 'youth' then client_key end) as youth_client_count,
        {{ exact_sum("case when law = 'youth' then cost_eur end") }} as youth_cost_eur,
        {{ exact_sum("case when law = 'wmo' then cost_eur end") }} as wmo_cost_eur,
        avg(waiting_days) filter (where law = 'youth' and is_started) as youth_waiting_days,
        avg(waiting_days) filter (where law = 'wmo' and is_started) as wmo_waiting_days,
        avg(duration_days) filter (where law = 'youth' and is_ended) as youth_duration_days,
        avg(duration_days) filter (where law = 'wmo' and is_ended) as wmo_duration_days
    from placed
    group by region_code, month_start_date
),

in_year as (
    select
        region_code,
        year_number,
        count(distinct young_key) as young_in_year_count,
        count(distinct wmo_key) as wmo_in_year_count
    from placed
    group by region_code, year_number
),

periods as (
    select
        'month' as period_type,
        period,
        month_start_date as period_start_date,
        month_end_date as period_end_date,
        is_complete_month as is_complete_period
    from months
    union all
    select distinct
        'year' as period_type,
        year_number::string as period,
        make_date(year_number, 1, 1) as period_start_date,
        make_date(year_number, 12, 31) as period_end_date,
        is_complete_year as is_complete_period
    from months
    where has_whole_year
)

select
    own_regions.region_code,
    own_regions.region_level,
    periods.period_type,
    periods.period,
    periods.period_start_date,
    periods.period_end_date,
    periods.is_complete_period,
    coalesce(in_month.young_count, 0) as young_count,
    coalesce(in_month.ambulatory_count, 0) as ambulatory_count,
    coalesce(in_month.residential_count, 0) as residential_count,
    coalesce(in_month.protection_count, 0) as protection_count,
    coalesce(in_month.probation_count, 0) as probation_count,
    coalesce(in_month.wmo_count, 0) as wmo_count,
    coalesce(in_month.youth_running_count, 0) as youth_running_count,
    coalesce(in_month.youth_started_count, 0) as youth_started_count,
    coalesce(in_month.youth_ended_count, 0) as youth_ended_count,
    coalesce(in_month.wmo_running_count, 0) as wmo_running_count,
    coalesce(in_month.wmo_started_count, 0) as wmo_started_count,
    coalesce(in_month.wmo_ended_count, 0) as wmo_ended_count,
    coalesce(in_month.youth_client_count, 0) as youth_client_count,
    coalesce(in_month.youth_cost_eur, 0) as youth_cost_eur,
    coalesce(in_month.wmo_cost_eur, 0) as wmo_cost_eur,
    in_month.youth_waiting_days,
    in_month.wmo_waiting_days,
    in_month.youth_duration_days,
    in_month.wmo_duration_days,
    coalesce(in_year.young_in_year_count, 0) as young_in_year_count,
    coalesce(in_year.wmo_in_year_count, 0) as wmo_in_year_count
from own_regions
cross join periods
left join in_month
    on
        own_regions.region_code = in_month.region_code
        and periods.period_type = 'month'
        and periods.period_start_date = in_month.month_start_date
left join in_year
    on
        own_regions.region_code = in_year.region_code
        and periods.period_type = 'year'
        and periods.period = in_year.year_number::string
