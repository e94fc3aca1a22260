{{ config(materialized='table') }}

with crimes as (select * from {{ ref('int_safety__crimes') }}),

regions as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

counted_indicators as (
    select
        indicator_code,
        source_feed
    from dictionary
    where source_feed in ('police.crime_yearly', 'police.crime_monthly') and numerator is null
),

figures as (
    select
        crimes.region_code,
        coalesce(regions.region_vintage, year(crimes.period_start_date))::integer as region_vintage,
        crimes.region_level,
        counted_indicators.indicator_code,
        null::integer as edition_year,
        crimes.period_type,
        crimes.period,
        crimes.period_start_date,
        crimes.period_end_date,
        crimes.is_complete_period,
        (case counted_indicators.indicator_code
            when 'crimes_count' then crimes.crimes_count
            when 'residential_burglaries_count' then crimes.residential_burglaries_count
            when 'shed_burglaries_count' then crimes.shed_burglaries_count
            when 'thefts_from_vehicles_count' then crimes.thefts_from_vehicles_count
            when 'vehicle_thefts_count' then crimes.vehicle_thefts_count
            when 'bicycle_thefts_count' then crimes.bicycle_thefts_count
            when 'pickpocketings_count' then crimes.pickpocketings_count
            when 'homicides_count' then crimes.homicides_count
            when 'open_violence_incidents_count' then crimes.open_violence_incidents_count
            when 'threats_count' then crimes.threats_count
            when 'assaults_count' then crimes.assaults_count
            when 'street_robberies_count' then crimes.street_robberies_count
            when 'alcohol_and_drug_nuisance_incidents_count' then crimes.alcohol_and_drug_nuisance_incidents_count
            when 'vandalism_incidents_count' then crimes.vandalism_incidents_count
            when 'business_burglaries_count' then crimes.business_burglaries_count
            when 'shoplifting_incidents_count' then crimes.shoplifting_incidents_count
            when 'drug_trafficking_incidents_count' then crimes.drug_trafficking_incidents_count
            when 'weapon_trafficking_incidents_count' then crimes.weapon_trafficking_incidents_count
            when 'cybercrimes_count' then crimes.cybercrimes_count
            when 'horizontal_frauds_count' then crimes.horizontal_frauds_count
            when 'violent_crimes_count' then crimes.violent_crimes_count
            when 'crimes_monthly_count' then crimes.crimes_count
            when 'residential_burglaries_monthly_count' then crimes.residential_burglaries_count
            when 'thefts_from_vehicles_monthly_count' then crimes.thefts_from_vehicles_count
            when 'bicycle_thefts_monthly_count' then crimes.bicycle_thefts_count
            when 'violent_crimes_monthly_count' then crimes.violent_crimes_count
            when 'vandalism_incidents_monthly_count' then crimes.vandalism_incidents_count
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        crimes.status,
        crimes.feed,
        crimes.delivery_id
    from crimes
    inner join counted_indicators on crimes.feed = counted_indicators.source_feed
    left join regions on crimes.region_code = regions.region_code
),

-- An empty figure of the police may be none or not published: they do not say which.
explained as (
    select
        *,
        case when value is null then 'unknown' end as missing_reason
    from figures
)

select * from explained
