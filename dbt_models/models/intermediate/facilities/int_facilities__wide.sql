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
        max(case when indicator_code = 'distance_to_gp_km' then value end) as distance_to_gp_km,
        max(case when indicator_code = 'gps_within_3_km' then value end) as gps_within_3_km,
        max(case when indicator_code = 'distance_to_out_of_hours_gp_km' then value end) as distance_to_out_of_hours_gp_km,
        max(case when indicator_code = 'distance_to_pharmacy_km' then value end) as distance_to_pharmacy_km,
        max(case when indicator_code = 'distance_to_hospital_km' then value end) as distance_to_hospital_km,
        max(case when indicator_code = 'distance_to_supermarket_km' then value end) as distance_to_supermarket_km,
        max(case when indicator_code = 'distance_to_daily_groceries_km' then value end) as distance_to_daily_groceries_km,
        max(case when indicator_code = 'distance_to_cafe_km' then value end) as distance_to_cafe_km,
        max(case when indicator_code = 'distance_to_restaurant_km' then value end) as distance_to_restaurant_km,
        max(case when indicator_code = 'restaurants_within_3_km' then value end) as restaurants_within_3_km,
        max(case when indicator_code = 'distance_to_daycare_km' then value end) as distance_to_daycare_km,
        max(case when indicator_code = 'daycares_within_3_km' then value end) as daycares_within_3_km,
        max(case when indicator_code = 'distance_to_after_school_care_km' then value end) as distance_to_after_school_care_km,
        max(case when indicator_code = 'distance_to_school_km' then value end) as distance_to_school_km,
        max(case when indicator_code = 'schools_within_3_km' then value end) as schools_within_3_km,
        max(case when indicator_code = 'distance_to_secondary_school_km' then value end) as distance_to_secondary_school_km,
        max(case when indicator_code = 'distance_to_public_green_km' then value end) as distance_to_public_green_km,
        max(case when indicator_code = 'distance_to_park_km' then value end) as distance_to_park_km,
        max(case when indicator_code = 'distance_to_sports_ground_km' then value end) as distance_to_sports_ground_km,
        max(case when indicator_code = 'distance_to_main_road_km' then value end) as distance_to_main_road_km,
        max(case when indicator_code = 'distance_to_train_station_km' then value end) as distance_to_train_station_km,
        max(case when indicator_code = 'distance_to_library_km' then value end) as distance_to_library_km,
        max(case when indicator_code = 'distance_to_swimming_pool_km' then value end) as distance_to_swimming_pool_km,
        max(case when indicator_code = 'distance_to_cinema_km' then value end) as distance_to_cinema_km,
        max(case when indicator_code = 'distance_to_theatre_km' then value end) as distance_to_theatre_km,
        max(case when 'cbs.key_figures' in (feed, denominator_feed) then 'cbs.key_figures' end) as key_figures_feed,
        min(
            case 'cbs.key_figures'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as key_figures_released_at,
        max(case when 'cbs.proximity' in (feed, denominator_feed) then 'cbs.proximity' end) as proximity_feed,
        -- Own areas: means of their neighbourhoods, weighed with figures of another feed.
        max(case when feed = 'cbs.proximity' then denominator_feed end) as proximity_weight_feed,
        min(case when feed = 'cbs.proximity' then least(released_at, denominator_released_at) end) as proximity_released_at
    from figures
    where
        period_type in ('year')
        and feed in ('cbs.proximity', 'cbs.key_figures')
        and indicator_code in (
            'distance_to_gp_km',
            'gps_within_3_km',
            'distance_to_out_of_hours_gp_km',
            'distance_to_pharmacy_km',
            'distance_to_hospital_km',
            'distance_to_supermarket_km',
            'distance_to_daily_groceries_km',
            'distance_to_cafe_km',
            'distance_to_restaurant_km',
            'restaurants_within_3_km',
            'distance_to_daycare_km',
            'daycares_within_3_km',
            'distance_to_after_school_care_km',
            'distance_to_school_km',
            'schools_within_3_km',
            'distance_to_secondary_school_km',
            'distance_to_public_green_km',
            'distance_to_park_km',
            'distance_to_sports_ground_km',
            'distance_to_main_road_km',
            'distance_to_train_station_km',
            'distance_to_library_km',
            'distance_to_swimming_pool_km',
            'distance_to_cinema_km',
            'distance_to_theatre_km'
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
        wide.distance_to_gp_km,
        wide.gps_within_3_km,
        wide.distance_to_out_of_hours_gp_km,
        wide.distance_to_pharmacy_km,
        wide.distance_to_hospital_km,
        wide.distance_to_supermarket_km,
        wide.distance_to_daily_groceries_km,
        wide.distance_to_cafe_km,
        wide.distance_to_restaurant_km,
        wide.restaurants_within_3_km,
        wide.distance_to_daycare_km,
        wide.daycares_within_3_km,
        wide.distance_to_after_school_care_km,
        wide.distance_to_school_km,
        wide.schools_within_3_km,
        wide.distance_to_secondary_school_km,
        wide.distance_to_public_green_km,
        wide.distance_to_park_km,
        wide.distance_to_sports_ground_km,
        wide.distance_to_main_road_km,
        wide.distance_to_train_station_km,
        wide.distance_to_library_km,
        wide.distance_to_swimming_pool_km,
        wide.distance_to_cinema_km,
        wide.distance_to_theatre_km,
        wide.key_figures_feed,
        wide.key_figures_released_at,
        wide.proximity_feed,
        wide.proximity_weight_feed,
        wide.proximity_released_at
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from placed
