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
        max(case when indicator_code = 'crimes_count' then value end) as crimes_count,
        max(case when indicator_code = 'crimes_per_1000' then value end) as crimes_per_1000,
        max(case when indicator_code = 'residential_burglaries_count' then value end) as residential_burglaries_count,
        max(case when indicator_code = 'residential_burglaries_per_1000' then value end) as residential_burglaries_per_1000,
        max(case when indicator_code = 'shed_burglaries_count' then value end) as shed_burglaries_count,
        max(case when indicator_code = 'thefts_from_vehicles_count' then value end) as thefts_from_vehicles_count,
        max(case when indicator_code = 'thefts_from_vehicles_per_1000' then value end) as thefts_from_vehicles_per_1000,
        max(case when indicator_code = 'vehicle_thefts_count' then value end) as vehicle_thefts_count,
        max(case when indicator_code = 'bicycle_thefts_count' then value end) as bicycle_thefts_count,
        max(case when indicator_code = 'bicycle_thefts_per_1000' then value end) as bicycle_thefts_per_1000,
        max(case when indicator_code = 'pickpocketings_count' then value end) as pickpocketings_count,
        max(case when indicator_code = 'homicides_count' then value end) as homicides_count,
        max(case when indicator_code = 'open_violence_incidents_count' then value end) as open_violence_incidents_count,
        max(case when indicator_code = 'threats_count' then value end) as threats_count,
        max(case when indicator_code = 'assaults_count' then value end) as assaults_count,
        max(case when indicator_code = 'street_robberies_count' then value end) as street_robberies_count,
        max(case when indicator_code = 'violent_crimes_count' then value end) as violent_crimes_count,
        max(case when indicator_code = 'violent_crimes_per_1000' then value end) as violent_crimes_per_1000,
        max(case when indicator_code = 'alcohol_and_drug_nuisance_incidents_count' then value end) as alcohol_and_drug_nuisance_incidents_count,
        max(case when indicator_code = 'vandalism_incidents_count' then value end) as vandalism_incidents_count,
        max(case when indicator_code = 'vandalism_incidents_per_1000' then value end) as vandalism_incidents_per_1000,
        max(case when indicator_code = 'business_burglaries_count' then value end) as business_burglaries_count,
        max(case when indicator_code = 'shoplifting_incidents_count' then value end) as shoplifting_incidents_count,
        max(case when indicator_code = 'drug_trafficking_incidents_count' then value end) as drug_trafficking_incidents_count,
        max(case when indicator_code = 'weapon_trafficking_incidents_count' then value end) as weapon_trafficking_incidents_count,
        max(case when indicator_code = 'cybercrimes_count' then value end) as cybercrimes_count,
        max(case when indicator_code = 'horizontal_frauds_count' then value end) as horizontal_frauds_count,
        max(case when indicator_code = 'horizontal_frauds_per_1000' then value end) as horizontal_frauds_per_1000,
        max(case when indicator_code = 'crimes_monthly_count' then value end) as crimes_monthly_count,
        max(case when indicator_code = 'crimes_monthly_per_1000' then value end) as crimes_monthly_per_1000,
        max(case when indicator_code = 'residential_burglaries_monthly_count' then value end) as residential_burglaries_monthly_count,
        max(case when indicator_code = 'thefts_from_vehicles_monthly_count' then value end) as thefts_from_vehicles_monthly_count,
        max(case when indicator_code = 'bicycle_thefts_monthly_count' then value end) as bicycle_thefts_monthly_count,
        max(case when indicator_code = 'violent_crimes_monthly_count' then value end) as violent_crimes_monthly_count,
        max(case when indicator_code = 'vandalism_incidents_monthly_count' then value end) as vandalism_incidents_monthly_count,
        max(case when indicator_code = 'nuisance_reports_monthly_count' then value end) as nuisance_reports_monthly_count,
        max(case when indicator_code = 'nuisance_reports_monthly_per_1000' then value end) as nuisance_reports_monthly_per_1000,
        max(case when 'police.crime_yearly' in (feed, denominator_feed) then 'police.crime_yearly' end) as crime_yearly_feed,
        min(
            case 'police.crime_yearly'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as crime_yearly_released_at,
        max(case when 'cbs.key_figures' in (feed, denominator_feed) then 'cbs.key_figures' end) as key_figures_feed,
        min(
            case 'cbs.key_figures'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as key_figures_released_at,
        max(case when 'police.crime_monthly' in (feed, denominator_feed) then 'police.crime_monthly' end) as crime_monthly_feed,
        min(
            case 'police.crime_monthly'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as crime_monthly_released_at,
        max(case when 'police.nuisance_monthly' in (feed, denominator_feed) then 'police.nuisance_monthly' end) as nuisance_monthly_feed,
        min(
            case 'police.nuisance_monthly'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as nuisance_monthly_released_at
    from figures
    where
        period_type in ('year', 'month')
        and feed in ('police.crime_yearly', 'police.crime_monthly', 'police.nuisance_monthly')
        and indicator_code in (
            'crimes_count',
            'crimes_per_1000',
            'residential_burglaries_count',
            'residential_burglaries_per_1000',
            'shed_burglaries_count',
            'thefts_from_vehicles_count',
            'thefts_from_vehicles_per_1000',
            'vehicle_thefts_count',
            'bicycle_thefts_count',
            'bicycle_thefts_per_1000',
            'pickpocketings_count',
            'homicides_count',
            'open_violence_incidents_count',
            'threats_count',
            'assaults_count',
            'street_robberies_count',
            'violent_crimes_count',
            'violent_crimes_per_1000',
            'alcohol_and_drug_nuisance_incidents_count',
            'vandalism_incidents_count',
            'vandalism_incidents_per_1000',
            'business_burglaries_count',
            'shoplifting_incidents_count',
            'drug_trafficking_incidents_count',
            'weapon_trafficking_incidents_count',
            'cybercrimes_count',
            'horizontal_frauds_count',
            'horizontal_frauds_per_1000',
            'crimes_monthly_count',
            'crimes_monthly_per_1000',
            'residential_burglaries_monthly_count',
            'thefts_from_vehicles_monthly_count',
            'bicycle_thefts_monthly_count',
            'violent_crimes_monthly_count',
            'vandalism_incidents_monthly_count',
            'nuisance_reports_monthly_count',
            'nuisance_reports_monthly_per_1000'
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
        wide.crimes_count,
        wide.crimes_per_1000,
        wide.residential_burglaries_count,
        wide.residential_burglaries_per_1000,
        wide.shed_burglaries_count,
        wide.thefts_from_vehicles_count,
        wide.thefts_from_vehicles_per_1000,
        wide.vehicle_thefts_count,
        wide.bicycle_thefts_count,
        wide.bicycle_thefts_per_1000,
        wide.pickpocketings_count,
        wide.homicides_count,
        wide.open_violence_incidents_count,
        wide.threats_count,
        wide.assaults_count,
        wide.street_robberies_count,
        wide.violent_crimes_count,
        wide.violent_crimes_per_1000,
        wide.alcohol_and_drug_nuisance_incidents_count,
        wide.vandalism_incidents_count,
        wide.vandalism_incidents_per_1000,
        wide.business_burglaries_count,
        wide.shoplifting_incidents_count,
        wide.drug_trafficking_incidents_count,
        wide.weapon_trafficking_incidents_count,
        wide.cybercrimes_count,
        wide.horizontal_frauds_count,
        wide.horizontal_frauds_per_1000,
        wide.crimes_monthly_count,
        wide.crimes_monthly_per_1000,
        wide.residential_burglaries_monthly_count,
        wide.thefts_from_vehicles_monthly_count,
        wide.bicycle_thefts_monthly_count,
        wide.violent_crimes_monthly_count,
        wide.vandalism_incidents_monthly_count,
        wide.nuisance_reports_monthly_count,
        wide.nuisance_reports_monthly_per_1000,
        wide.crime_yearly_feed,
        wide.crime_yearly_released_at,
        wide.key_figures_feed,
        wide.key_figures_released_at,
        wide.crime_monthly_feed,
        wide.crime_monthly_released_at,
        wide.nuisance_monthly_feed,
        wide.nuisance_monthly_released_at
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from placed
