{{ config(materialized='table') }}

with figures as (select * from {{ ref('int_indicators__final') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

wide as (
    select
        region_code,
        -- Figures of one period may come from tables with other borders; a region is one row all the same.
        max(region_vintage) as region_vintage,
        region_level,
        period_type,
        period,
        period_start_date,
        period_end_date,
        max(case when indicator_code = 'youth_care_recipients_count' then value end) as youth_care_recipients_count,
        max(case when indicator_code = 'youth_care_recipients_pct' then value end) as youth_care_recipients_pct,
        max(case when indicator_code = 'youth_help_without_residence_count' then value end) as youth_help_without_residence_count,
        max(case when indicator_code = 'youth_help_with_residence_count' then value end) as youth_help_with_residence_count,
        max(case when indicator_code = 'youth_protection_count' then value end) as youth_protection_count,
        max(case when indicator_code = 'youth_probation_count' then value end) as youth_probation_count,
        max(case when indicator_code = 'youth_care_trajectories_count' then value end) as youth_care_trajectories_count,
        max(case when indicator_code = 'youth_care_trajectories_by_gp_count' then value end) as youth_care_trajectories_by_gp_count,
        max(case when indicator_code = 'youth_care_trajectories_by_municipality_count' then value end) as youth_care_trajectories_by_municipality_count,
        max(case when indicator_code = 'youth_care_trajectories_by_gp_pct' then value end) as youth_care_trajectories_by_gp_pct,
        max(case when indicator_code = 'wmo_clients_count' then value end) as wmo_clients_count,
        max(case when indicator_code = 'wmo_clients_per_1000' then value end) as wmo_clients_per_1000,
        max(case when indicator_code = 'wmo_support_at_home_count' then value end) as wmo_support_at_home_count,
        max(case when indicator_code = 'wmo_household_help_count' then value end) as wmo_household_help_count,
        max(case when indicator_code = 'wmo_residence_count' then value end) as wmo_residence_count,
        max(case when indicator_code = 'wmo_aids_count' then value end) as wmo_aids_count,
        max(case when indicator_code = 'social_domain_clients_count' then value end) as social_domain_clients_count,
        max(case when indicator_code = 'social_domain_households_count' then value end) as social_domain_households_count,
        max(case when indicator_code = 'households_with_more_laws_count' then value end) as households_with_more_laws_count,
        max(case when indicator_code = 'households_with_more_laws_pct' then value end) as households_with_more_laws_pct,
        max(case when indicator_code = 'households_with_three_or_more_provisions_count' then value end) as households_with_three_or_more_provisions_count,
        max(case when indicator_code = 'youth_care_clients_in_month_count' then value end) as youth_care_clients_in_month_count,
        max(case when indicator_code = 'youth_law_clients_in_month_count' then value end) as youth_law_clients_in_month_count,
        max(case when indicator_code = 'youth_care_clients_in_month_per_1000' then value end) as youth_care_clients_in_month_per_1000,
        max(case when indicator_code = 'youth_care_ambulatory_clients_count' then value end) as youth_care_ambulatory_clients_count,
        max(case when indicator_code = 'youth_care_residential_clients_count' then value end) as youth_care_residential_clients_count,
        max(case when indicator_code = 'youth_protection_clients_count' then value end) as youth_protection_clients_count,
        max(case when indicator_code = 'youth_probation_clients_count' then value end) as youth_probation_clients_count,
        max(case when indicator_code = 'youth_allocations_running_count' then value end) as youth_allocations_running_count,
        max(case when indicator_code = 'youth_allocations_started_count' then value end) as youth_allocations_started_count,
        max(case when indicator_code = 'youth_allocations_ended_count' then value end) as youth_allocations_ended_count,
        max(case when indicator_code = 'youth_cost_eur' then value end) as youth_cost_eur,
        max(case when indicator_code = 'youth_cost_per_client_eur' then value end) as youth_cost_per_client_eur,
        max(case when indicator_code = 'youth_waiting_days_mean' then value end) as youth_waiting_days_mean,
        max(case when indicator_code = 'youth_duration_days_mean' then value end) as youth_duration_days_mean,
        max(case when indicator_code = 'youth_care_clients_in_year_count' then value end) as youth_care_clients_in_year_count,
        max(case when indicator_code = 'youth_care_clients_in_year_per_1000' then value end) as youth_care_clients_in_year_per_1000,
        max(case when indicator_code = 'wmo_clients_in_month_count' then value end) as wmo_clients_in_month_count,
        max(case when indicator_code = 'wmo_clients_in_month_per_1000' then value end) as wmo_clients_in_month_per_1000,
        max(case when indicator_code = 'wmo_allocations_running_count' then value end) as wmo_allocations_running_count,
        max(case when indicator_code = 'wmo_allocations_started_count' then value end) as wmo_allocations_started_count,
        max(case when indicator_code = 'wmo_allocations_ended_count' then value end) as wmo_allocations_ended_count,
        max(case when indicator_code = 'wmo_cost_eur' then value end) as wmo_cost_eur,
        max(case when indicator_code = 'wmo_cost_per_client_eur' then value end) as wmo_cost_per_client_eur,
        max(case when indicator_code = 'wmo_waiting_days_mean' then value end) as wmo_waiting_days_mean,
        max(case when indicator_code = 'wmo_duration_days_mean' then value end) as wmo_duration_days_mean,
        max(case when indicator_code = 'wmo_clients_in_year_count' then value end) as wmo_clients_in_year_count,
        max(case when indicator_code = 'wmo_clients_in_year_per_1000' then value end) as wmo_clients_in_year_per_1000,
        max(case when 'cbs.key_figures' in (feed, denominator_feed) then 'cbs.key_figures' end) as key_figures_feed,
        min(
            case 'cbs.key_figures'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as key_figures_released_at,
        max(case when 'cbs.youth_care' in (feed, denominator_feed) then 'cbs.youth_care' end) as youth_care_feed,
        min(
            case 'cbs.youth_care'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as youth_care_released_at,
        max(case when 'cbs.wmo' in (feed, denominator_feed) then 'cbs.wmo' end) as wmo_feed,
        min(
            case 'cbs.wmo'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as wmo_released_at,
        max(case when 'cbs.provisions' in (feed, denominator_feed) then 'cbs.provisions' end) as provisions_feed,
        min(
            case 'cbs.provisions'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as provisions_released_at,
        max(case when 'social_domain.allocations' in (feed, denominator_feed) then 'social_domain.allocations' end) as allocations_feed,
        min(
            case 'social_domain.allocations'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as allocations_released_at
    from figures
    where
        period_type in ('year', 'month')
        and feed in ('cbs.youth_care', 'cbs.wmo', 'cbs.provisions', 'cbs.key_figures', 'social_domain.allocations')
        and indicator_code in (
            'youth_care_recipients_count',
            'youth_care_recipients_pct',
            'youth_help_without_residence_count',
            'youth_help_with_residence_count',
            'youth_protection_count',
            'youth_probation_count',
            'youth_care_trajectories_count',
            'youth_care_trajectories_by_gp_count',
            'youth_care_trajectories_by_municipality_count',
            'youth_care_trajectories_by_gp_pct',
            'wmo_clients_count',
            'wmo_clients_per_1000',
            'wmo_support_at_home_count',
            'wmo_household_help_count',
            'wmo_residence_count',
            'wmo_aids_count',
            'social_domain_clients_count',
            'social_domain_households_count',
            'households_with_more_laws_count',
            'households_with_more_laws_pct',
            'households_with_three_or_more_provisions_count',
            'youth_care_clients_in_month_count',
            'youth_law_clients_in_month_count',
            'youth_care_clients_in_month_per_1000',
            'youth_care_ambulatory_clients_count',
            'youth_care_residential_clients_count',
            'youth_protection_clients_count',
            'youth_probation_clients_count',
            'youth_allocations_running_count',
            'youth_allocations_started_count',
            'youth_allocations_ended_count',
            'youth_cost_eur',
            'youth_cost_per_client_eur',
            'youth_waiting_days_mean',
            'youth_duration_days_mean',
            'youth_care_clients_in_year_count',
            'youth_care_clients_in_year_per_1000',
            'wmo_clients_in_month_count',
            'wmo_clients_in_month_per_1000',
            'wmo_allocations_running_count',
            'wmo_allocations_started_count',
            'wmo_allocations_ended_count',
            'wmo_cost_eur',
            'wmo_cost_per_client_eur',
            'wmo_waiting_days_mean',
            'wmo_duration_days_mean',
            'wmo_clients_in_year_count',
            'wmo_clients_in_year_per_1000'
        )
    group by all
),

placed as (
    select
        wide.region_code,
        wide.region_vintage,
        wide.region_level,
        regions.region_name,
        regions.district_code,
        regions.municipality_code,
        wide.period_type,
        wide.period,
        wide.period_start_date,
        wide.period_end_date,
        wide.youth_care_recipients_count,
        wide.youth_care_recipients_pct,
        wide.youth_help_without_residence_count,
        wide.youth_help_with_residence_count,
        wide.youth_protection_count,
        wide.youth_probation_count,
        wide.youth_care_trajectories_count,
        wide.youth_care_trajectories_by_gp_count,
        wide.youth_care_trajectories_by_municipality_count,
        wide.youth_care_trajectories_by_gp_pct,
        wide.wmo_clients_count,
        wide.wmo_clients_per_1000,
        wide.wmo_support_at_home_count,
        wide.wmo_household_help_count,
        wide.wmo_residence_count,
        wide.wmo_aids_count,
        wide.social_domain_clients_count,
        wide.social_domain_households_count,
        wide.households_with_more_laws_count,
        wide.households_with_more_laws_pct,
        wide.households_with_three_or_more_provisions_count,
        wide.youth_care_clients_in_month_count,
        wide.youth_law_clients_in_month_count,
        wide.youth_care_clients_in_month_per_1000,
        wide.youth_care_ambulatory_clients_count,
        wide.youth_care_residential_clients_count,
        wide.youth_protection_clients_count,
        wide.youth_probation_clients_count,
        wide.youth_allocations_running_count,
        wide.youth_allocations_started_count,
        wide.youth_allocations_ended_count,
        wide.youth_cost_eur,
        wide.youth_cost_per_client_eur,
        wide.youth_waiting_days_mean,
        wide.youth_duration_days_mean,
        wide.youth_care_clients_in_year_count,
        wide.youth_care_clients_in_year_per_1000,
        wide.wmo_clients_in_month_count,
        wide.wmo_clients_in_month_per_1000,
        wide.wmo_allocations_running_count,
        wide.wmo_allocations_started_count,
        wide.wmo_allocations_ended_count,
        wide.wmo_cost_eur,
        wide.wmo_cost_per_client_eur,
        wide.wmo_waiting_days_mean,
        wide.wmo_duration_days_mean,
        wide.wmo_clients_in_year_count,
        wide.wmo_clients_in_year_per_1000,
        wide.key_figures_feed,
        wide.key_figures_released_at,
        wide.youth_care_feed,
        wide.youth_care_released_at,
        wide.wmo_feed,
        wide.wmo_released_at,
        wide.provisions_feed,
        wide.provisions_released_at,
        wide.allocations_feed,
        wide.allocations_released_at
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from placed
