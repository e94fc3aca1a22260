with key_figures as (select * from {{ source('raw_cbs', 'key_figures') }}),

named as (
    select
        region_code,
        edition_year,
        delivery_id,
        region_name,
        -- OData v4 leaves this text out of the older editions.
        coalesce(
            municipality_name,
            max(case when substr(region_code, 1, 2) = 'GM' then region_name end)
                over (partition by edition_year, substr(region_code, 3, 4))
        ) as municipality_name,
        case substr(region_code, 1, 2)
            when 'NL' then 'country'
            when 'GM' then 'municipality'
            when 'WK' then 'district'
            when 'BU' then 'neighbourhood'
        end as region_level,
        nullif(boundary_change_code, '.') as boundary_change_code,
        nullif(most_common_postcode, '.') as most_common_postcode,
        population_count,
        male_count,
        female_count,
        population_0_14_count,
        population_15_24_count,
        population_25_44_count,
        population_45_64_count,
        population_65_plus_count,
        births_count,
        deaths_count,
        household_count,
        single_person_household_count,
        household_without_children_count,
        household_with_children_count,
        average_household_size,
        population_density_per_km2,
        dwelling_count,
        average_property_value_thousand_eur,
        single_family_dwelling_pct,
        vacant_dwelling_pct,
        owner_occupied_dwelling_pct,
        rental_dwelling_pct,
        housing_association_dwelling_pct,
        dwellings_built_from_2000_pct,
        average_electricity_use_kwh,
        average_electricity_use_apartment_kwh,
        average_gas_use_m3,
        average_gas_use_apartment_m3,
        low_education_count,
        medium_education_count,
        high_education_count,
        net_labour_participation_pct,
        average_income_per_inhabitant_thousand_eur,
        low_income_household_pct,
        persons_in_poverty_pct,
        household_below_social_minimum_pct,
        household_up_to_110_pct_social_minimum_pct,
        median_household_wealth_thousand_eur,
        welfare_recipients_count,
        disability_benefit_recipients_count,
        unemployment_benefit_recipients_count,
        state_pension_recipients_count,
        youth_care_recipients_count,
        youth_care_recipients_pct,
        wmo_clients_count,
        wmo_clients_per_1000,
        business_establishment_count,
        car_count,
        cars_per_household,
        distance_to_gp_km,
        distance_to_supermarket_km,
        distance_to_daycare_km,
        distance_to_school_km,
        schools_within_3_km,
        area_total_ha,
        area_land_ha,
        area_water_ha,
        urbanity_class,
        address_density_per_km2
    from key_figures
)

select * from named
