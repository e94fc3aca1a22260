with proximity as (select * from {{ source('raw_cbs', 'proximity') }}),

named as (
    select
        region_code,
        edition_year,
        delivery_id,
        {{ region_level('region_code') }} as region_level,
        gps_within_3_km,
        distance_to_out_of_hours_gp_km,
        distance_to_pharmacy_km,
        distance_to_hospital_km,
        distance_to_daily_groceries_km,
        distance_to_cafe_km,
        distance_to_restaurant_km,
        restaurants_within_3_km,
        daycares_within_3_km,
        distance_to_after_school_care_km,
        distance_to_secondary_school_km,
        distance_to_public_green_km,
        distance_to_park_km,
        distance_to_sports_ground_km,
        distance_to_main_road_km,
        distance_to_train_station_km,
        distance_to_library_km,
        distance_to_swimming_pool_km,
        distance_to_cinema_km,
        distance_to_theatre_km
    from proximity
)

select * from named
