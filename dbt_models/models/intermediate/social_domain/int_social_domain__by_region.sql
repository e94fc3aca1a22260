{{ config(materialized='table') }}

with running as (select * from {{ ref('int_social_domain__running') }}),

months as (select * from {{ ref('int_social_domain__months') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

own_regions as (select distinct region_code, region_level from parts),

placed as (
    select
        parts.region_code,
        running.*,
        year(running.month_start_date) as year_number
    from running
    inner join parts on running.place_code = parts.neighbourhood_code
),

in_month as (
    select
        region_code,
        month_start_date,
        count(*) filter (where law = 'youth') as youth_running_count,
        count(*) filter (where law = 'youth' and is_started) as youth_started_count,
        count(*) filter (where law = 'youth' and is_ended) as youth_ended_count,
        count(*) filter (where law = 'wmo') as wmo_running_count,
        count(*) filter (where law = 'wmo' and is_started) as wmo_started_count,
        count(*) filter (where law = 'wmo' and is_ended) as wmo_ended_count,
        {{ exact_sum("case when law = 'youth' then cost_eur end") }} as youth_cost_eur,
        {{ exact_sum("case when law = 'wmo' then cost_eur end") }} as wmo_cost_eur,
        avg(waiting_days) filter (where law = 'youth' and is_started) as youth_waiting_days,
        avg(waiting_days) filter (where law = 'wmo' and is_started) as wmo_waiting_days,
        avg(duration_days) filter (where law = 'youth' and is_ended) as youth_duration_days,
        avg(duration_days) filter (where law = 'wmo' and is_ended) as wmo_duration_days
    from placed
    group by region_code, month_start_date
),

-- A person with two allocations, in two places even, is one person of the region: each region counts its own persons.
-- Each is made one row first, since Spark copies every row for every count of distinct persons.
persons_of_month as (
    select
        region_code,
        year_number,
        month_start_date,
        client_key,
        bool_or(law = 'youth') as is_youth_client,
        bool_or(law = 'youth' and is_under_23) as is_young,
        bool_or(law = 'youth' and is_under_23 and care_form = 'ambulatory') as is_ambulatory,
        bool_or(law = 'youth' and is_under_23 and care_form = 'residential') as is_residential,
        bool_or(law = 'youth' and is_under_23 and care_form = 'protection') as is_protected,
        bool_or(law = 'youth' and is_under_23 and care_form = 'probation') as is_on_probation,
        bool_or(law = 'wmo') as is_wmo_client
    from placed
    where client_key is not null
    group by region_code, year_number, month_start_date, client_key
),

persons_in_month as (
    select
        region_code,
        month_start_date,
        count(*) filter (where is_youth_client) as youth_client_count,
        count(*) filter (where is_young) as young_count,
        count(*) filter (where is_ambulatory) as ambulatory_count,
        count(*) filter (where is_residential) as residential_count,
        count(*) filter (where is_protected) as protection_count,
        count(*) filter (where is_on_probation) as probation_count,
        count(*) filter (where is_wmo_client) as wmo_count
    from persons_of_month
    group by region_code, month_start_date
),

persons_of_year as (
    select
        region_code,
        year_number,
        client_key,
        bool_or(is_young) as is_young,
        bool_or(is_wmo_client) as is_wmo_client
    from persons_of_month
    group by region_code, year_number, client_key
),

persons_in_year as (
    select
        region_code,
        year_number,
        count(*) filter (where is_young) as young_in_year_count,
        count(*) filter (where is_wmo_client) as wmo_in_year_count
    from persons_of_year
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
    coalesce(persons_in_month.young_count, 0) as young_count,
    coalesce(persons_in_month.ambulatory_count, 0) as ambulatory_count,
    coalesce(persons_in_month.residential_count, 0) as residential_count,
    coalesce(persons_in_month.protection_count, 0) as protection_count,
    coalesce(persons_in_month.probation_count, 0) as probation_count,
    coalesce(persons_in_month.wmo_count, 0) as wmo_count,
    coalesce(in_month.youth_running_count, 0) as youth_running_count,
    coalesce(in_month.youth_started_count, 0) as youth_started_count,
    coalesce(in_month.youth_ended_count, 0) as youth_ended_count,
    coalesce(in_month.wmo_running_count, 0) as wmo_running_count,
    coalesce(in_month.wmo_started_count, 0) as wmo_started_count,
    coalesce(in_month.wmo_ended_count, 0) as wmo_ended_count,
    coalesce(persons_in_month.youth_client_count, 0) as youth_client_count,
    coalesce(in_month.youth_cost_eur, 0) as youth_cost_eur,
    coalesce(in_month.wmo_cost_eur, 0) as wmo_cost_eur,
    in_month.youth_waiting_days,
    in_month.wmo_waiting_days,
    in_month.youth_duration_days,
    in_month.wmo_duration_days,
    coalesce(persons_in_year.young_in_year_count, 0) as young_in_year_count,
    coalesce(persons_in_year.wmo_in_year_count, 0) as wmo_in_year_count
from own_regions
cross join periods
left join in_month
    on
        own_regions.region_code = in_month.region_code
        and periods.period_type = 'month'
        and periods.period_start_date = in_month.month_start_date
left join persons_in_month
    on
        own_regions.region_code = persons_in_month.region_code
        and periods.period_type = 'month'
        and periods.period_start_date = persons_in_month.month_start_date
left join persons_in_year
    on
        own_regions.region_code = persons_in_year.region_code
        and periods.period_type = 'year'
        and periods.period = persons_in_year.year_number::string
