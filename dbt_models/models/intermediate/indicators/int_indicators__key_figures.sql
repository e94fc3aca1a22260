{{ config(materialized='table') }}

with key_figures as (select * from {{ ref('stg_cbs__key_figures') }}),

dictionary as (select * from {{ ref('indicators') }}),

columns as ({{ editions_of_columns('raw_cbs', 'key_figures') }}),

-- An edition from before CBS began with a figure, or after it stopped, is not one in which it is missing. Levels of
-- education are known together.
delivered_indicators as (
    select
        dictionary.indicator_code,
        coalesce(columns.first_edition, 0) as first_edition,
        coalesce(columns.last_edition, 9999) as last_edition
    from dictionary
    left join columns
        on
            case dictionary.indicator_code
                when 'known_education_count' then 'low_education_count'
                else dictionary.indicator_code
            end = columns.column_name
    where dictionary.source_feed = 'cbs.key_figures' and dictionary.numerator is null
),

figures as (
    select
        key_figures.region_code,
        key_figures.edition_year as region_vintage,
        key_figures.region_level,
        delivered_indicators.indicator_code,
        key_figures.edition_year,
        'year' as period_type,
        key_figures.edition_year::varchar as period,
        make_date(key_figures.edition_year, 1, 1) as period_start_date,
        make_date(key_figures.edition_year, 12, 31) as period_end_date,
        true as is_complete_period,
        (case delivered_indicators.indicator_code
            when 'population_count' then key_figures.population_count
            when 'male_count' then key_figures.male_count
            when 'female_count' then key_figures.female_count
            when 'population_0_14_count' then key_figures.population_0_14_count
            when 'population_15_24_count' then key_figures.population_15_24_count
            when 'population_25_44_count' then key_figures.population_25_44_count
            when 'population_45_64_count' then key_figures.population_45_64_count
            when 'population_65_plus_count' then key_figures.population_65_plus_count
            when 'population_0_24_count' then key_figures.population_0_14_count + key_figures.population_15_24_count
            when 'births_count' then key_figures.births_count
            when 'deaths_count' then key_figures.deaths_count
            when 'population_density_per_km2' then key_figures.population_density_per_km2
            when 'household_count' then key_figures.household_count
            when 'single_person_household_count' then key_figures.single_person_household_count
            when 'household_without_children_count' then key_figures.household_without_children_count
            when 'household_with_children_count' then key_figures.household_with_children_count
            when 'average_household_size' then key_figures.average_household_size
            when 'dwelling_count' then key_figures.dwelling_count
            when 'average_property_value_thousand_eur' then key_figures.average_property_value_thousand_eur
            when 'single_family_dwelling_pct' then key_figures.single_family_dwelling_pct
            when 'vacant_dwelling_pct' then key_figures.vacant_dwelling_pct
            when 'owner_occupied_dwelling_pct' then key_figures.owner_occupied_dwelling_pct
            when 'rental_dwelling_pct' then key_figures.rental_dwelling_pct
            when 'housing_association_dwelling_pct' then key_figures.housing_association_dwelling_pct
            when 'dwellings_built_from_2000_pct' then key_figures.dwellings_built_from_2000_pct
            when 'average_electricity_use_kwh' then key_figures.average_electricity_use_kwh
            when 'average_electricity_use_apartment_kwh' then key_figures.average_electricity_use_apartment_kwh
            when 'average_gas_use_m3' then key_figures.average_gas_use_m3
            when 'average_gas_use_apartment_m3' then key_figures.average_gas_use_apartment_m3
            when 'low_education_count' then key_figures.low_education_count
            when 'medium_education_count' then key_figures.medium_education_count
            when 'high_education_count' then key_figures.high_education_count
            when 'known_education_count' then key_figures.low_education_count + key_figures.medium_education_count + key_figures.high_education_count
            when 'net_labour_participation_pct' then key_figures.net_labour_participation_pct
            when 'average_income_per_inhabitant_thousand_eur' then key_figures.average_income_per_inhabitant_thousand_eur
            when 'low_income_household_pct' then key_figures.low_income_household_pct
            when 'persons_in_poverty_pct' then key_figures.persons_in_poverty_pct
            when 'household_below_social_minimum_pct' then key_figures.household_below_social_minimum_pct
            when 'household_up_to_110_pct_social_minimum_pct' then key_figures.household_up_to_110_pct_social_minimum_pct
            when 'median_household_wealth_thousand_eur' then key_figures.median_household_wealth_thousand_eur
            when 'welfare_recipients_count' then key_figures.welfare_recipients_count
            when 'disability_benefit_recipients_count' then key_figures.disability_benefit_recipients_count
            when 'unemployment_benefit_recipients_count' then key_figures.unemployment_benefit_recipients_count
            when 'state_pension_recipients_count' then key_figures.state_pension_recipients_count
            when 'youth_care_recipients_count' then key_figures.youth_care_recipients_count
            when 'youth_care_recipients_pct' then key_figures.youth_care_recipients_pct
            when 'wmo_clients_count' then key_figures.wmo_clients_count
            when 'wmo_clients_per_1000' then key_figures.wmo_clients_per_1000
            when 'business_establishment_count' then key_figures.business_establishment_count
            when 'car_count' then key_figures.car_count
            when 'cars_per_household' then key_figures.cars_per_household
            when 'distance_to_gp_km' then key_figures.distance_to_gp_km
            when 'distance_to_supermarket_km' then key_figures.distance_to_supermarket_km
            when 'distance_to_daycare_km' then key_figures.distance_to_daycare_km
            when 'distance_to_school_km' then key_figures.distance_to_school_km
            when 'schools_within_3_km' then key_figures.schools_within_3_km
            when 'area_total_ha' then key_figures.area_total_ha
            when 'area_land_ha' then key_figures.area_land_ha
            when 'area_water_ha' then key_figures.area_water_ha
            when 'urbanity_class' then key_figures.urbanity_class
            when 'address_density_per_km2' then key_figures.address_density_per_km2
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        null::varchar as status,
        null::varchar as missing_reason,
        'cbs.key_figures' as feed,
        key_figures.delivery_id
    from key_figures
    inner join delivered_indicators
        on key_figures.edition_year between delivered_indicators.first_edition and delivered_indicators.last_edition
)

select * from figures
