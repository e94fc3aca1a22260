with by_region as (select * from {{ ref('int_social_domain__by_region') }}),

allocations as (select * from {{ ref('stg_social_domain__allocations') }}),

dictionary as (select * from {{ ref('indicators') }}),

counted_indicators as (
    select
        indicator_code,
        case when reference_moment = 'heel het jaar' then 'year' else 'month' end as period_type
    from dictionary
    where source_feed = 'social_domain.allocations' and numerator is null
),

delivery as (select max(delivery_id) as delivery_id from allocations),

-- An amount or a mean over fewer than five tells of persons as much as their number does.
measured as (
    select
        by_region.*,
        counted_indicators.indicator_code,
        (case counted_indicators.indicator_code
            when 'youth_care_clients_in_month_count' then by_region.young_count
            when 'youth_care_ambulatory_clients_count' then by_region.ambulatory_count
            when 'youth_care_residential_clients_count' then by_region.residential_count
            when 'youth_protection_clients_count' then by_region.protection_count
            when 'youth_probation_clients_count' then by_region.probation_count
            when 'wmo_clients_in_month_count' then by_region.wmo_count
            when 'youth_allocations_running_count' then by_region.youth_running_count
            when 'youth_allocations_started_count' then by_region.youth_started_count
            when 'youth_allocations_ended_count' then by_region.youth_ended_count
            when 'wmo_allocations_running_count' then by_region.wmo_running_count
            when 'wmo_allocations_started_count' then by_region.wmo_started_count
            when 'wmo_allocations_ended_count' then by_region.wmo_ended_count
            when 'youth_cost_eur' then by_region.youth_cost_eur
            when 'wmo_cost_eur' then by_region.wmo_cost_eur
            when 'youth_waiting_days_mean' then by_region.youth_waiting_days
            when 'wmo_waiting_days_mean' then by_region.wmo_waiting_days
            when 'youth_duration_days_mean' then by_region.youth_duration_days
            when 'wmo_duration_days_mean' then by_region.wmo_duration_days
            when 'youth_care_clients_in_year_count' then by_region.young_in_year_count
            when 'wmo_clients_in_year_count' then by_region.wmo_in_year_count
        end)::double as value,
        coalesce(
            (case
                when counted_indicators.indicator_code = 'youth_cost_eur' then by_region.youth_client_count
                when counted_indicators.indicator_code = 'wmo_cost_eur' then by_region.wmo_count
                when counted_indicators.indicator_code = 'youth_waiting_days_mean' then by_region.youth_started_count
                when counted_indicators.indicator_code = 'wmo_waiting_days_mean' then by_region.wmo_started_count
                when counted_indicators.indicator_code = 'youth_duration_days_mean' then by_region.youth_ended_count
                when counted_indicators.indicator_code = 'wmo_duration_days_mean' then by_region.wmo_ended_count
            end) between 1 and 4,
            false
        ) as is_secret
    from by_region
    inner join counted_indicators on by_region.period_type = counted_indicators.period_type
),

figures as (
    select
        measured.region_code,
        measured.region_vintage,
        measured.region_level,
        measured.indicator_code,
        null::integer as edition_year,
        measured.period_type,
        measured.period,
        measured.period_start_date,
        measured.period_end_date,
        measured.is_complete_period,
        case when not measured.is_secret then measured.value end as value,
        null::double as lower_bound,
        null::double as upper_bound,
        'definitive' as status,
        case when measured.is_secret then 'secret' end as missing_reason,
        'social_domain.allocations' as feed,
        delivery.delivery_id
    from measured
    cross join delivery
)

select * from figures
