{{ config(materialized='view') }}

with figures as (select * from {{ ref('int_sport__wide') }}),

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
        figures.good_perceived_health_pct,
        figures.meets_exercise_guideline_pct,
        figures.weekly_sports_pct,
        figures.overweight_pct,
        figures.obesity_pct,
        figures.smokers_pct,
        figures.meets_alcohol_guideline_pct,
        figures.heavy_drinkers_pct,
        figures.excessive_drinkers_pct,
        figures.chronic_conditions_pct,
        figures.high_risk_of_anxiety_or_depression_pct,
        figures.much_stress_pct,
        figures.lonely_pct,
        figures.severely_lonely_pct,
        figures.emotionally_lonely_pct,
        figures.socially_lonely_pct,
        figures.informal_carers_pct,
        figures.volunteers_pct,
        figures.difficulty_getting_by_pct,
        figures.sports_members_count,
        figures.sports_youth_members_count,
        figures.sports_members_per_1000,
        figures.sports_youth_members_pct,
        figures.sports_clubs_count,
        figures.sports_subsidy_eur,
        figures.sports_club_members_count,
        figures.sports_subsidy_per_member_eur,
        figures.sports_subsidy_per_inhabitant_eur,
        figures.sports_accommodations_count,
        figures.sports_accommodation_available_hours,
        figures.sports_accommodation_used_hours,
        figures.sports_accommodation_occupancy_pct,
        health.checked_at as health_checked_at,
        figures.health_released_at,
        health.fresh_until as health_fresh_until,
        memberships.checked_at as memberships_checked_at,
        figures.memberships_released_at,
        memberships.fresh_until as memberships_fresh_until,
        key_figures.checked_at as key_figures_checked_at,
        figures.key_figures_released_at,
        key_figures.fresh_until as key_figures_fresh_until,
        clubs.checked_at as clubs_checked_at,
        figures.clubs_released_at,
        clubs.fresh_until as clubs_fresh_until,
        accommodation_use.checked_at as accommodation_use_checked_at,
        figures.accommodation_use_released_at,
        accommodation_use.fresh_until as accommodation_use_fresh_until,
        least(
            health.checked_at,
            memberships.checked_at,
            key_figures.checked_at,
            clubs.checked_at,
            accommodation_use.checked_at
        ) as checked_at,
        least(
            figures.health_released_at,
            figures.memberships_released_at,
            figures.key_figures_released_at,
            figures.clubs_released_at,
            figures.accommodation_use_released_at
        ) as released_at,
        least(
            health.fresh_until,
            memberships.fresh_until,
            key_figures.fresh_until,
            clubs.fresh_until,
            accommodation_use.fresh_until
        ) as fresh_until
    from figures
    left join freshness as health on figures.health_feed = health.feed
    left join freshness as memberships on figures.memberships_feed = memberships.feed
    left join freshness as key_figures on figures.key_figures_feed = key_figures.feed
    left join freshness as clubs on figures.clubs_feed = clubs.feed
    left join freshness as accommodation_use on figures.accommodation_use_feed = accommodation_use.feed
)

select * from final
