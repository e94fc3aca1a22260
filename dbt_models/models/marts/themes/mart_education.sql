{{ config(materialized='view') }}

with figures as (select * from {{ ref('int_education__wide') }}),

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
        figures.primary_schools_count,
        figures.public_primary_schools_count,
        figures.public_primary_schools_pct,
        figures.primary_pupils_count,
        figures.pupils_per_primary_school,
        figures.school_advice_count,
        figures.school_advice_practical_count,
        figures.school_advice_vmbo_count,
        figures.school_advice_vmbo_havo_count,
        figures.school_advice_havo_count,
        figures.school_advice_vwo_count,
        figures.school_advice_practical_pct,
        figures.school_advice_vmbo_pct,
        figures.school_advice_vmbo_havo_pct,
        figures.school_advice_havo_pct,
        figures.school_advice_vwo_pct,
        schools.checked_at as schools_checked_at,
        figures.schools_released_at,
        schools.fresh_until as schools_fresh_until,
        pupils.checked_at as pupils_checked_at,
        figures.pupils_released_at,
        pupils.fresh_until as pupils_fresh_until,
        school_advice.checked_at as school_advice_checked_at,
        figures.school_advice_released_at,
        school_advice.fresh_until as school_advice_fresh_until,
        least(schools.checked_at, pupils.checked_at, school_advice.checked_at) as checked_at,
        least(
            figures.schools_released_at,
            figures.pupils_released_at,
            figures.school_advice_released_at
        ) as released_at,
        least(schools.fresh_until, pupils.fresh_until, school_advice.fresh_until) as fresh_until
    from figures
    left join freshness as schools on figures.schools_feed = schools.feed
    left join freshness as pupils on figures.pupils_feed = pupils.feed
    left join freshness as school_advice on figures.school_advice_feed = school_advice.feed
)

select * from final
