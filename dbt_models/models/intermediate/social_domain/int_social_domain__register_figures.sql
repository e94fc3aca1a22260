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

-- What began is what runs, less what ran the month before and did not end: each of the four follows from the others, so
-- what began and what ended the month before go without each other as little as without them.
begun as (
    select
        *,
        youth_started_count between 1 and 4
        or youth_running_count between 1 and 4
        or coalesce(lag(youth_ended_count) over months between 1 and 4, false)
        or coalesce(lag(youth_running_count) over months between 1 and 4, false) as is_youth_start_secret,
        wmo_started_count between 1 and 4
        or wmo_running_count between 1 and 4
        or coalesce(lag(wmo_ended_count) over months between 1 and 4, false)
        or coalesce(lag(wmo_running_count) over months between 1 and 4, false) as is_wmo_start_secret
    from by_region
    window months as (partition by region_code, period_type order by period)
),

ended as (
    select
        *,
        coalesce(lead(is_youth_start_secret) over months, false) as is_youth_end_secret,
        coalesce(lead(is_wmo_start_secret) over months, false) as is_wmo_end_secret
    from begun
    window months as (partition by region_code, period_type order by period)
),

-- An amount or a mean over fewer than five tells of persons as much as their number does.
measured as (
    select
        ended.*,
        counted_indicators.indicator_code,
        (case counted_indicators.indicator_code
            when 'youth_care_clients_in_month_count' then ended.young_count
            when 'youth_law_clients_in_month_count' then ended.youth_client_count
            when 'youth_care_ambulatory_clients_count' then ended.ambulatory_count
            when 'youth_care_residential_clients_count' then ended.residential_count
            when 'youth_protection_clients_count' then ended.protection_count
            when 'youth_probation_clients_count' then ended.probation_count
            when 'wmo_clients_in_month_count' then ended.wmo_count
            when 'youth_allocations_running_count' then ended.youth_running_count
            when 'youth_allocations_started_count' then ended.youth_started_count
            when 'youth_allocations_ended_count' then ended.youth_ended_count
            when 'wmo_allocations_running_count' then ended.wmo_running_count
            when 'wmo_allocations_started_count' then ended.wmo_started_count
            when 'wmo_allocations_ended_count' then ended.wmo_ended_count
            when 'youth_cost_eur' then ended.youth_cost_eur
            when 'wmo_cost_eur' then ended.wmo_cost_eur
            when 'youth_waiting_days_mean' then ended.youth_waiting_days
            when 'wmo_waiting_days_mean' then ended.wmo_waiting_days
            when 'youth_duration_days_mean' then ended.youth_duration_days
            when 'wmo_duration_days_mean' then ended.wmo_duration_days
            when 'youth_care_clients_in_year_count' then ended.young_in_year_count
            when 'wmo_clients_in_year_count' then ended.wmo_in_year_count
        end)::double as value,
        coalesce(
            (case
                when counted_indicators.indicator_code = 'youth_cost_eur' then ended.youth_client_count
                when counted_indicators.indicator_code = 'wmo_cost_eur' then ended.wmo_count
                when counted_indicators.indicator_code = 'youth_waiting_days_mean' then ended.youth_started_count
                when counted_indicators.indicator_code = 'wmo_waiting_days_mean' then ended.wmo_started_count
                when counted_indicators.indicator_code = 'youth_duration_days_mean' then ended.youth_ended_count
                when counted_indicators.indicator_code = 'wmo_duration_days_mean' then ended.wmo_ended_count
            end) between 1 and 4,
            false
        )
        or (case counted_indicators.indicator_code
            when 'youth_allocations_started_count' then ended.is_youth_start_secret
            when 'youth_allocations_ended_count' then ended.is_youth_end_secret
            when 'wmo_allocations_started_count' then ended.is_wmo_start_secret
            when 'wmo_allocations_ended_count' then ended.is_wmo_end_secret
            else false
        end) as is_secret
    from ended
    inner join counted_indicators on ended.period_type = counted_indicators.period_type
    -- In a neighbourhood so few begin and end that hardly any could be shown.
    where
        ended.region_level = 'municipality'
        or counted_indicators.indicator_code not in (
            'youth_allocations_started_count',
            'youth_allocations_ended_count',
            'wmo_allocations_started_count',
            'wmo_allocations_ended_count'
        )
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
