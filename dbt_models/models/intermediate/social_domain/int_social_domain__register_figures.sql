{% set indicators = {
    'social_domain.allocations': {
        'youth_care_clients_in_month_count': 'young_count',
        'youth_law_clients_in_month_count': 'youth_client_count',
        'youth_care_ambulatory_clients_count': 'ambulatory_count',
        'youth_care_residential_clients_count': 'residential_count',
        'youth_protection_clients_count': 'protection_count',
        'youth_probation_clients_count': 'probation_count',
        'wmo_clients_in_month_count': 'wmo_count',
        'youth_allocations_running_count': 'youth_running_count',
        'youth_allocations_started_count': 'youth_started_count',
        'youth_allocations_ended_count': 'youth_ended_count',
        'wmo_allocations_running_count': 'wmo_running_count',
        'wmo_allocations_started_count': 'wmo_started_count',
        'wmo_allocations_ended_count': 'wmo_ended_count',
        'youth_cost_eur': 'youth_cost_eur',
        'wmo_cost_eur': 'wmo_cost_eur',
        'youth_waiting_days_mean': 'youth_waiting_days',
        'wmo_waiting_days_mean': 'wmo_waiting_days',
        'youth_duration_days_mean': 'youth_duration_days',
        'wmo_duration_days_mean': 'wmo_duration_days',
        'youth_care_clients_in_year_count': 'young_in_year_count',
        'wmo_clients_in_year_count': 'wmo_in_year_count',
    },
} %}
{{ config(meta={'indicators': indicators}) }}

with by_region as (select * from {{ ref('int_social_domain__by_region') }}),

allocations as (select * from {{ ref('stg_social_domain__allocations') }}),

delivered as (
    select
        *,
        case when reference_moment = 'heel het jaar' then 'year' else 'month' end as period_type
    from ({{ delivered_indicators(['social_domain.allocations']) }}) as known
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
        or coalesce(lag(youth_running_count) over months between 1 and 4, false) as is_youth_start_suppressed,
        wmo_started_count between 1 and 4
        or wmo_running_count between 1 and 4
        or coalesce(lag(wmo_ended_count) over months between 1 and 4, false)
        or coalesce(lag(wmo_running_count) over months between 1 and 4, false) as is_wmo_start_suppressed
    from by_region
    window months as (partition by region_code, period_type order by period)
),

ended as (
    select
        *,
        coalesce(lead(is_youth_start_suppressed) over months, false) as is_youth_end_suppressed,
        coalesce(lead(is_wmo_start_suppressed) over months, false) as is_wmo_end_suppressed
    from begun
    window months as (partition by region_code, period_type order by period)
),

-- An amount or a mean over fewer than five discloses persons as much as their number does.
measured as (
    select
        ended.*,
        delivered.indicator_code,
        delivered.source_feed,
        ({{ indicator_case(indicators) }})::double as value,
        coalesce(
            (case
                when delivered.indicator_code = 'youth_cost_eur' then ended.youth_client_count
                when delivered.indicator_code = 'wmo_cost_eur' then ended.wmo_count
                when delivered.indicator_code = 'youth_waiting_days_mean' then ended.youth_started_count
                when delivered.indicator_code = 'wmo_waiting_days_mean' then ended.wmo_started_count
                when delivered.indicator_code = 'youth_duration_days_mean' then ended.youth_ended_count
                when delivered.indicator_code = 'wmo_duration_days_mean' then ended.wmo_ended_count
            end) between 1 and 4,
            false
        )
        or (case delivered.indicator_code
            when 'youth_allocations_started_count' then ended.is_youth_start_suppressed
            when 'youth_allocations_ended_count' then ended.is_youth_end_suppressed
            when 'wmo_allocations_started_count' then ended.is_wmo_start_suppressed
            when 'wmo_allocations_ended_count' then ended.is_wmo_end_suppressed
            else false
        end) as is_suppressed
    from ended
    inner join delivered on ended.period_type = delivered.period_type
    -- In a neighbourhood so few begin and end that hardly any could be shown.
    where
        ended.region_level = 'municipality'
        or delivered.indicator_code not in (
            'youth_allocations_started_count',
            'youth_allocations_ended_count',
            'wmo_allocations_started_count',
            'wmo_allocations_ended_count'
        )
),

figures as (
    select
        {{ unpivoted_figures('measured', indicators, {
            'indicator_code': 'measured.indicator_code',
            'value': 'case when not measured.is_suppressed then measured.value end',
            'status': "'definitive'",
            'missing_reason': "case when measured.is_suppressed then 'suppressed' end",
            'feed': 'measured.source_feed',
            'delivery_id': 'delivery.delivery_id',
        }) }}
    from measured
    cross join delivery
)

select * from figures
