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

with by_region as (select * from {{ ref('int_social_domain__by_region') }}),

delivery as (select max(delivery_id) as delivery_id from {{ ref('stg_social_domain__allocations') }}),

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
)

-- An amount or a mean over fewer than five discloses persons as much as their number does.
{% set is_suppressed %}coalesce(
            case delivered.indicator_code
                when 'youth_cost_eur' then ended.youth_client_count between 1 and 4
                when 'wmo_cost_eur' then ended.wmo_count between 1 and 4
                when 'youth_waiting_days_mean' then ended.youth_started_count between 1 and 4
                when 'wmo_waiting_days_mean' then ended.wmo_started_count between 1 and 4
                when 'youth_duration_days_mean' then ended.youth_ended_count between 1 and 4
                when 'wmo_duration_days_mean' then ended.wmo_ended_count between 1 and 4
                when 'youth_allocations_started_count' then ended.is_youth_start_suppressed
                when 'youth_allocations_ended_count' then ended.is_youth_end_suppressed
                when 'wmo_allocations_started_count' then ended.is_wmo_start_suppressed
                when 'wmo_allocations_ended_count' then ended.is_wmo_end_suppressed
            end,
            false
        ){% endset %}
{{ figures_of(
    'ended', indicators, {'status': "'definitive'", 'delivery_id': 'delivery.delivery_id'}, suppressed_if=is_suppressed
) }}
cross join delivery
where
    ended.period_type = case when delivered.reference_moment = 'heel het jaar' then 'year' else 'month' end
    -- In a neighbourhood so few begin and end that hardly any could be shown.
    and (
        ended.region_level = 'municipality'
        or delivered.indicator_code not in (
            'youth_allocations_started_count',
            'youth_allocations_ended_count',
            'wmo_allocations_started_count',
            'wmo_allocations_ended_count'
        )
    )
