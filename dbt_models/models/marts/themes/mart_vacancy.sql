{{ config(materialized='view') }}

with figures as (select * from {{ ref('int_vacancy__wide') }}),

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
        figures.shop_count,
        figures.vacant_shop_count,
        figures.vacant_shop_pct,
        figures.long_term_vacant_shop_count,
        figures.long_term_vacant_shop_pct,
        figures.shop_floor_area_m2,
        figures.vacant_shop_floor_area_m2,
        figures.vacant_shop_floor_area_pct,
        figures.office_count,
        figures.vacant_office_count,
        figures.vacant_office_pct,
        figures.long_term_vacant_office_count,
        figures.long_term_vacant_office_pct,
        figures.office_floor_area_m2,
        figures.vacant_office_floor_area_m2,
        figures.vacant_office_floor_area_pct,
        figures.business_premises_count,
        figures.vacant_business_premises_count,
        figures.vacant_business_premises_pct,
        figures.long_term_vacant_business_premises_count,
        figures.long_term_vacant_business_premises_pct,
        figures.business_premises_floor_area_m2,
        figures.vacant_business_premises_floor_area_m2,
        figures.vacant_business_premises_floor_area_pct,
        figures.registered_dwelling_count,
        figures.vacant_registered_dwelling_count,
        figures.vacant_registered_dwelling_pct,
        figures.long_term_vacant_registered_dwelling_count,
        figures.long_term_vacant_registered_dwelling_pct,
        figures.vacant_dwelling_pct,
        figures.vacant_dwelling_period,
        premises.checked_at as premises_checked_at,
        figures.premises_released_at,
        premises.fresh_until as premises_fresh_until,
        key_figures.checked_at as key_figures_checked_at,
        figures.key_figures_released_at,
        figures.key_figures_period_end_date,
        key_figures.fresh_until as key_figures_fresh_until,
        least(premises.checked_at, key_figures.checked_at) as checked_at,
        least(figures.premises_released_at, figures.key_figures_released_at) as released_at,
        least(premises.fresh_until, key_figures.fresh_until) as fresh_until
    from figures
    left join freshness as premises on figures.premises_feed = premises.feed
    left join freshness as key_figures on figures.key_figures_feed = key_figures.feed
)

select * from final
