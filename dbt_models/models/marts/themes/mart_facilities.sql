{{ config(materialized='view') }}

with figures as (select * from {{ ref('int_facilities__wide') }}),

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
        figures.distance_to_gp_km,
        figures.gps_within_3_km,
        figures.distance_to_out_of_hours_gp_km,
        figures.distance_to_pharmacy_km,
        figures.distance_to_hospital_km,
        figures.distance_to_supermarket_km,
        figures.distance_to_daily_groceries_km,
        figures.distance_to_cafe_km,
        figures.distance_to_restaurant_km,
        figures.restaurants_within_3_km,
        figures.distance_to_daycare_km,
        figures.daycares_within_3_km,
        figures.distance_to_after_school_care_km,
        figures.distance_to_school_km,
        figures.schools_within_3_km,
        figures.distance_to_secondary_school_km,
        figures.distance_to_public_green_km,
        figures.distance_to_park_km,
        figures.distance_to_sports_ground_km,
        figures.distance_to_main_road_km,
        figures.distance_to_train_station_km,
        figures.distance_to_library_km,
        figures.distance_to_swimming_pool_km,
        figures.distance_to_cinema_km,
        figures.distance_to_theatre_km,
        key_figures.checked_at as key_figures_checked_at,
        figures.key_figures_released_at,
        key_figures.fresh_until as key_figures_fresh_until,
        least(proximity.checked_at, weights.checked_at) as proximity_checked_at,
        figures.proximity_released_at,
        least(proximity.fresh_until, weights.fresh_until) as proximity_fresh_until,
        least(key_figures.checked_at, proximity.checked_at, weights.checked_at) as checked_at,
        least(figures.key_figures_released_at, figures.proximity_released_at) as released_at,
        least(key_figures.fresh_until, proximity.fresh_until, weights.fresh_until) as fresh_until
    from figures
    left join freshness as key_figures on figures.key_figures_feed = key_figures.feed
    left join freshness as proximity on figures.proximity_feed = proximity.feed
    left join freshness as weights on figures.proximity_weight_feed = weights.feed
)

select * from final
