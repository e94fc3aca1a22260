{{ config(materialized='view') }}

with figures as (select * from {{ ref('int_social_domain__wide') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }}),

-- Clocks move at every run and figures do not, so they meet only here.
final as (
    select
        figures.region_code,
        figures.region_vintage,
        figures.region_level,
        figures.region_name,
        figures.district_code,
        figures.municipality_code,
        figures.period_type,
        figures.period,
        figures.period_start_date,
        figures.period_end_date,
        figures.youth_care_recipients_count,
        figures.youth_care_recipients_pct,
        figures.youth_help_without_residence_count,
        figures.youth_help_with_residence_count,
        figures.youth_protection_count,
        figures.youth_probation_count,
        figures.youth_care_trajectories_count,
        figures.youth_care_trajectories_by_gp_count,
        figures.youth_care_trajectories_by_municipality_count,
        figures.youth_care_trajectories_by_gp_pct,
        figures.wmo_clients_count,
        figures.wmo_clients_per_1000,
        figures.wmo_support_at_home_count,
        figures.wmo_household_help_count,
        figures.wmo_residence_count,
        figures.wmo_aids_count,
        figures.social_domain_clients_count,
        figures.social_domain_households_count,
        figures.households_with_more_laws_count,
        figures.households_with_more_laws_pct,
        figures.households_with_three_or_more_provisions_count,
        figures.youth_care_clients_in_month_count,
        figures.youth_law_clients_in_month_count,
        figures.youth_care_clients_in_month_per_1000,
        figures.youth_care_ambulatory_clients_count,
        figures.youth_care_residential_clients_count,
        figures.youth_protection_clients_count,
        figures.youth_probation_clients_count,
        figures.youth_allocations_running_count,
        figures.youth_allocations_started_count,
        figures.youth_allocations_ended_count,
        figures.youth_cost_eur,
        figures.youth_cost_per_client_eur,
        figures.youth_waiting_days_mean,
        figures.youth_duration_days_mean,
        figures.youth_care_clients_in_year_count,
        figures.youth_care_clients_in_year_per_1000,
        figures.wmo_clients_in_month_count,
        figures.wmo_clients_in_month_per_1000,
        figures.wmo_allocations_running_count,
        figures.wmo_allocations_started_count,
        figures.wmo_allocations_ended_count,
        figures.wmo_cost_eur,
        figures.wmo_cost_per_client_eur,
        figures.wmo_waiting_days_mean,
        figures.wmo_duration_days_mean,
        figures.wmo_clients_in_year_count,
        figures.wmo_clients_in_year_per_1000,
        key_figures.checked_at as key_figures_checked_at,
        figures.key_figures_released_at,
        key_figures.fresh_until as key_figures_fresh_until,
        youth_care.checked_at as youth_care_checked_at,
        figures.youth_care_released_at,
        youth_care.fresh_until as youth_care_fresh_until,
        wmo.checked_at as wmo_checked_at,
        figures.wmo_released_at,
        wmo.fresh_until as wmo_fresh_until,
        provisions.checked_at as provisions_checked_at,
        figures.provisions_released_at,
        provisions.fresh_until as provisions_fresh_until,
        allocations.checked_at as allocations_checked_at,
        figures.allocations_released_at,
        allocations.fresh_until as allocations_fresh_until,
        least(
            key_figures.checked_at,
            youth_care.checked_at,
            wmo.checked_at,
            provisions.checked_at,
            allocations.checked_at
        ) as checked_at,
        least(
            figures.key_figures_released_at,
            figures.youth_care_released_at,
            figures.wmo_released_at,
            figures.provisions_released_at,
            figures.allocations_released_at
        ) as released_at,
        least(
            key_figures.fresh_until,
            youth_care.fresh_until,
            wmo.fresh_until,
            provisions.fresh_until,
            allocations.fresh_until
        ) as fresh_until
    from figures
    left join freshness as key_figures on figures.key_figures_feed = key_figures.feed
    left join freshness as youth_care on figures.youth_care_feed = youth_care.feed
    left join freshness as wmo on figures.wmo_feed = wmo.feed
    left join freshness as provisions on figures.provisions_feed = provisions.feed
    left join freshness as allocations on figures.allocations_feed = allocations.feed
)

select * from final
