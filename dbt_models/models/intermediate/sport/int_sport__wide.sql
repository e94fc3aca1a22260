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
        max(case when indicator_code = 'good_perceived_health_pct' then value end) as good_perceived_health_pct,
        max(case when indicator_code = 'meets_exercise_guideline_pct' then value end) as meets_exercise_guideline_pct,
        max(case when indicator_code = 'weekly_sports_pct' then value end) as weekly_sports_pct,
        max(case when indicator_code = 'overweight_pct' then value end) as overweight_pct,
        max(case when indicator_code = 'obesity_pct' then value end) as obesity_pct,
        max(case when indicator_code = 'smokers_pct' then value end) as smokers_pct,
        max(case when indicator_code = 'meets_alcohol_guideline_pct' then value end) as meets_alcohol_guideline_pct,
        max(case when indicator_code = 'heavy_drinkers_pct' then value end) as heavy_drinkers_pct,
        max(case when indicator_code = 'excessive_drinkers_pct' then value end) as excessive_drinkers_pct,
        max(case when indicator_code = 'chronic_conditions_pct' then value end) as chronic_conditions_pct,
        max(case when indicator_code = 'high_risk_of_anxiety_or_depression_pct' then value end) as high_risk_of_anxiety_or_depression_pct,
        max(case when indicator_code = 'much_stress_pct' then value end) as much_stress_pct,
        max(case when indicator_code = 'lonely_pct' then value end) as lonely_pct,
        max(case when indicator_code = 'severely_lonely_pct' then value end) as severely_lonely_pct,
        max(case when indicator_code = 'emotionally_lonely_pct' then value end) as emotionally_lonely_pct,
        max(case when indicator_code = 'socially_lonely_pct' then value end) as socially_lonely_pct,
        max(case when indicator_code = 'informal_carers_pct' then value end) as informal_carers_pct,
        max(case when indicator_code = 'volunteers_pct' then value end) as volunteers_pct,
        max(case when indicator_code = 'difficulty_getting_by_pct' then value end) as difficulty_getting_by_pct,
        max(case when indicator_code = 'sports_members_count' then value end) as sports_members_count,
        max(case when indicator_code = 'sports_youth_members_count' then value end) as sports_youth_members_count,
        max(case when indicator_code = 'sports_members_per_1000' then value end) as sports_members_per_1000,
        max(case when indicator_code = 'sports_youth_members_pct' then value end) as sports_youth_members_pct,
        max(case when indicator_code = 'sports_clubs_count' then value end) as sports_clubs_count,
        max(case when indicator_code = 'sports_subsidy_eur' then value end) as sports_subsidy_eur,
        max(case when indicator_code = 'sports_club_members_count' then value end) as sports_club_members_count,
        max(case when indicator_code = 'sports_subsidy_per_member_eur' then value end) as sports_subsidy_per_member_eur,
        max(case when indicator_code = 'sports_subsidy_per_inhabitant_eur' then value end) as sports_subsidy_per_inhabitant_eur,
        max(case when indicator_code = 'sports_accommodations_count' then value end) as sports_accommodations_count,
        max(case when indicator_code = 'sports_accommodation_available_hours' then value end) as sports_accommodation_available_hours,
        max(case when indicator_code = 'sports_accommodation_used_hours' then value end) as sports_accommodation_used_hours,
        max(case when indicator_code = 'sports_accommodation_occupancy_pct' then value end) as sports_accommodation_occupancy_pct,
        max(case when 'rivm.health' in (feed, denominator_feed) then 'rivm.health' end) as health_feed,
        min(
            case 'rivm.health'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as health_released_at,
        max(case when 'sports.memberships' in (feed, denominator_feed) then 'sports.memberships' end) as memberships_feed,
        min(
            case 'sports.memberships'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as memberships_released_at,
        max(case when 'cbs.key_figures' in (feed, denominator_feed) then 'cbs.key_figures' end) as key_figures_feed,
        min(
            case 'cbs.key_figures'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as key_figures_released_at,
        max(case when 'sports.clubs' in (feed, denominator_feed) then 'sports.clubs' end) as clubs_feed,
        min(
            case 'sports.clubs'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as clubs_released_at,
        max(case when 'sports.accommodation_use' in (feed, denominator_feed) then 'sports.accommodation_use' end) as accommodation_use_feed,
        min(
            case 'sports.accommodation_use'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as accommodation_use_released_at
    from figures
    where
        period_type in ('year', 'month')
        and feed in ('rivm.health', 'sports.memberships', 'sports.clubs', 'sports.accommodation_use')
        and indicator_code in (
            'good_perceived_health_pct',
            'meets_exercise_guideline_pct',
            'weekly_sports_pct',
            'overweight_pct',
            'obesity_pct',
            'smokers_pct',
            'meets_alcohol_guideline_pct',
            'heavy_drinkers_pct',
            'excessive_drinkers_pct',
            'chronic_conditions_pct',
            'high_risk_of_anxiety_or_depression_pct',
            'much_stress_pct',
            'lonely_pct',
            'severely_lonely_pct',
            'emotionally_lonely_pct',
            'socially_lonely_pct',
            'informal_carers_pct',
            'volunteers_pct',
            'difficulty_getting_by_pct',
            'sports_members_count',
            'sports_youth_members_count',
            'sports_members_per_1000',
            'sports_youth_members_pct',
            'sports_clubs_count',
            'sports_subsidy_eur',
            'sports_club_members_count',
            'sports_subsidy_per_member_eur',
            'sports_subsidy_per_inhabitant_eur',
            'sports_accommodations_count',
            'sports_accommodation_available_hours',
            'sports_accommodation_used_hours',
            'sports_accommodation_occupancy_pct'
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
        wide.good_perceived_health_pct,
        wide.meets_exercise_guideline_pct,
        wide.weekly_sports_pct,
        wide.overweight_pct,
        wide.obesity_pct,
        wide.smokers_pct,
        wide.meets_alcohol_guideline_pct,
        wide.heavy_drinkers_pct,
        wide.excessive_drinkers_pct,
        wide.chronic_conditions_pct,
        wide.high_risk_of_anxiety_or_depression_pct,
        wide.much_stress_pct,
        wide.lonely_pct,
        wide.severely_lonely_pct,
        wide.emotionally_lonely_pct,
        wide.socially_lonely_pct,
        wide.informal_carers_pct,
        wide.volunteers_pct,
        wide.difficulty_getting_by_pct,
        wide.sports_members_count,
        wide.sports_youth_members_count,
        wide.sports_members_per_1000,
        wide.sports_youth_members_pct,
        wide.sports_clubs_count,
        wide.sports_subsidy_eur,
        wide.sports_club_members_count,
        wide.sports_subsidy_per_member_eur,
        wide.sports_subsidy_per_inhabitant_eur,
        wide.sports_accommodations_count,
        wide.sports_accommodation_available_hours,
        wide.sports_accommodation_used_hours,
        wide.sports_accommodation_occupancy_pct,
        wide.health_feed,
        wide.health_released_at,
        wide.memberships_feed,
        wide.memberships_released_at,
        wide.key_figures_feed,
        wide.key_figures_released_at,
        wide.clubs_feed,
        wide.clubs_released_at,
        wide.accommodation_use_feed,
        wide.accommodation_use_released_at
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from placed
