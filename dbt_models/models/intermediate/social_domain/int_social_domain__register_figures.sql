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

delivery as (select max(delivery_id) as delivery_id from {{ ref('stg_social_domain__allocations') }})

{{ figures_of('by_region', indicators, {'status': "'definitive'", 'delivery_id': 'delivery.delivery_id'}) }}
cross join delivery
where
    by_region.period_type = case when delivered.reference_moment = 'heel het jaar' then 'year' else 'month' end
