{{ config(materialized='view') }}

with figures as (select * from {{ ref('int_safety__wide') }}),

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
        figures.crimes_count,
        figures.crimes_per_1000,
        figures.residential_burglaries_count,
        figures.residential_burglaries_per_1000,
        figures.shed_burglaries_count,
        figures.thefts_from_vehicles_count,
        figures.thefts_from_vehicles_per_1000,
        figures.vehicle_thefts_count,
        figures.bicycle_thefts_count,
        figures.bicycle_thefts_per_1000,
        figures.pickpocketings_count,
        figures.homicides_count,
        figures.open_violence_incidents_count,
        figures.threats_count,
        figures.assaults_count,
        figures.street_robberies_count,
        figures.violent_crimes_count,
        figures.violent_crimes_per_1000,
        figures.alcohol_and_drug_nuisance_incidents_count,
        figures.vandalism_incidents_count,
        figures.vandalism_incidents_per_1000,
        figures.business_burglaries_count,
        figures.shoplifting_incidents_count,
        figures.drug_trafficking_incidents_count,
        figures.weapon_trafficking_incidents_count,
        figures.cybercrimes_count,
        figures.horizontal_frauds_count,
        figures.horizontal_frauds_per_1000,
        figures.crimes_monthly_count,
        figures.crimes_monthly_per_1000,
        figures.residential_burglaries_monthly_count,
        figures.thefts_from_vehicles_monthly_count,
        figures.bicycle_thefts_monthly_count,
        figures.violent_crimes_monthly_count,
        figures.vandalism_incidents_monthly_count,
        figures.nuisance_reports_monthly_count,
        figures.nuisance_reports_monthly_per_1000,
        crime_yearly.checked_at as crime_yearly_checked_at,
        figures.crime_yearly_released_at,
        crime_yearly.fresh_until as crime_yearly_fresh_until,
        key_figures.checked_at as key_figures_checked_at,
        figures.key_figures_released_at,
        key_figures.fresh_until as key_figures_fresh_until,
        crime_monthly.checked_at as crime_monthly_checked_at,
        figures.crime_monthly_released_at,
        crime_monthly.fresh_until as crime_monthly_fresh_until,
        nuisance_monthly.checked_at as nuisance_monthly_checked_at,
        figures.nuisance_monthly_released_at,
        nuisance_monthly.fresh_until as nuisance_monthly_fresh_until,
        least(
            crime_yearly.checked_at,
            key_figures.checked_at,
            crime_monthly.checked_at,
            nuisance_monthly.checked_at
        ) as checked_at,
        least(
            figures.crime_yearly_released_at,
            figures.key_figures_released_at,
            figures.crime_monthly_released_at,
            figures.nuisance_monthly_released_at
        ) as released_at,
        least(
            crime_yearly.fresh_until,
            key_figures.fresh_until,
            crime_monthly.fresh_until,
            nuisance_monthly.fresh_until
        ) as fresh_until
    from figures
    left join freshness as crime_yearly on figures.crime_yearly_feed = crime_yearly.feed
    left join freshness as key_figures on figures.key_figures_feed = key_figures.feed
    left join freshness as crime_monthly on figures.crime_monthly_feed = crime_monthly.feed
    left join freshness as nuisance_monthly on figures.nuisance_monthly_feed = nuisance_monthly.feed
)

select * from final
