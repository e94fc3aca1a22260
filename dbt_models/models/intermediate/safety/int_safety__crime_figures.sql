{% set indicators = {
    'police.crime_yearly': {
        'crimes_count': 'crimes_count',
        'residential_burglaries_count': 'residential_burglaries_count',
        'shed_burglaries_count': 'shed_burglaries_count',
        'thefts_from_vehicles_count': 'thefts_from_vehicles_count',
        'vehicle_thefts_count': 'vehicle_thefts_count',
        'bicycle_thefts_count': 'bicycle_thefts_count',
        'pickpocketings_count': 'pickpocketings_count',
        'homicides_count': 'homicides_count',
        'open_violence_incidents_count': 'open_violence_incidents_count',
        'threats_count': 'threats_count',
        'assaults_count': 'assaults_count',
        'street_robberies_count': 'street_robberies_count',
        'alcohol_and_drug_nuisance_incidents_count': 'alcohol_and_drug_nuisance_incidents_count',
        'vandalism_incidents_count': 'vandalism_incidents_count',
        'business_burglaries_count': 'business_burglaries_count',
        'shoplifting_incidents_count': 'shoplifting_incidents_count',
        'drug_trafficking_incidents_count': 'drug_trafficking_incidents_count',
        'weapon_trafficking_incidents_count': 'weapon_trafficking_incidents_count',
        'cybercrimes_count': 'cybercrimes_count',
        'horizontal_frauds_count': 'horizontal_frauds_count',
        'violent_crimes_count': 'violent_crimes_count',
    },
    'police.crime_monthly': {
        'crimes_monthly_count': 'crimes_count',
        'residential_burglaries_monthly_count': 'residential_burglaries_count',
        'thefts_from_vehicles_monthly_count': 'thefts_from_vehicles_count',
        'bicycle_thefts_monthly_count': 'bicycle_thefts_count',
        'violent_crimes_monthly_count': 'violent_crimes_count',
        'vandalism_incidents_monthly_count': 'vandalism_incidents_count',
    },
} %}
{{ config(materialized='table') }}

with crimes as (select * from {{ ref('int_safety__crimes') }}),

figures as (
    {{ figures_of('crimes', indicators, {'status': 'status'}) }}
    where crimes.feed = delivered.source_feed
)

-- An empty figure of the police may be none or not published: they do not say which.
select
    {{ figure_columns('figures', {'missing_reason': "case when value is null then 'unknown' end"}) }}
from figures
