with proximity as (select * from {{ ref('stg_cbs__proximity') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

newest as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

delivered_indicators as (
    select indicator_code
    from dictionary
    where source_feed = 'cbs.proximity' and numerator is null
),

-- What the key figures tell of proximity as well comes from there: one quantity, one name, one feed.
figures as (
    select
        proximity.region_code,
        coalesce(regions.region_vintage, newest.region_vintage, proximity.edition_year) as region_vintage,
        proximity.region_level,
        delivered_indicators.indicator_code,
        proximity.edition_year,
        'year' as period_type,
        proximity.edition_year::varchar as period,
        make_date(proximity.edition_year, 1, 1) as period_start_date,
        make_date(proximity.edition_year, 12, 31) as period_end_date,
        true as is_complete_period,
        (case delivered_indicators.indicator_code
            when 'gps_within_3_km' then proximity.gps_within_3_km
            when 'distance_to_out_of_hours_gp_km' then proximity.distance_to_out_of_hours_gp_km
            when 'distance_to_pharmacy_km' then proximity.distance_to_pharmacy_km
            when 'distance_to_hospital_km' then proximity.distance_to_hospital_km
            when 'distance_to_daily_groceries_km' then proximity.distance_to_daily_groceries_km
            when 'distance_to_cafe_km' then proximity.distance_to_cafe_km
            when 'distance_to_restaurant_km' then proximity.distance_to_restaurant_km
            when 'restaurants_within_3_km' then proximity.restaurants_within_3_km
            when 'daycares_within_3_km' then proximity.daycares_within_3_km
            when 'distance_to_after_school_care_km' then proximity.distance_to_after_school_care_km
            when 'distance_to_secondary_school_km' then proximity.distance_to_secondary_school_km
            when 'distance_to_public_green_km' then proximity.distance_to_public_green_km
            when 'distance_to_park_km' then proximity.distance_to_park_km
            when 'distance_to_sports_ground_km' then proximity.distance_to_sports_ground_km
            when 'distance_to_main_road_km' then proximity.distance_to_main_road_km
            when 'distance_to_train_station_km' then proximity.distance_to_train_station_km
            when 'distance_to_library_km' then proximity.distance_to_library_km
            when 'distance_to_swimming_pool_km' then proximity.distance_to_swimming_pool_km
            when 'distance_to_cinema_km' then proximity.distance_to_cinema_km
            when 'distance_to_theatre_km' then proximity.distance_to_theatre_km
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        null::varchar as status,
        null::varchar as missing_reason,
        'cbs.proximity' as feed,
        proximity.delivery_id
    from proximity
    left join regions
        on proximity.region_code = regions.region_code and proximity.edition_year = regions.region_vintage
    left join newest on proximity.region_code = newest.region_code
    cross join delivered_indicators
)

select * from figures
