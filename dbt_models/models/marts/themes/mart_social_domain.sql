with figures as (select * from {{ ref('fct_indicator_values') }}),

regions as (select * from {{ ref('dim_region') }}),

wide as (
    select
        region_code,
        region_vintage,
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
        min(checked_at) as checked_at,
        min(fresh_until) as fresh_until
    from figures
    where
        period_type in ('year')
        and feed in ('cbs.youth_care', 'cbs.wmo', 'cbs.provisions', 'cbs.key_figures')
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
            'households_with_three_or_more_provisions_count'
        )
    group by all
),

final as (
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
        wide.checked_at,
        wide.fresh_until
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from final
