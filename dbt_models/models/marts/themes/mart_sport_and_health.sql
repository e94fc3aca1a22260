with figures as (select * from {{ ref('fct_indicator_values') }}),

regions as (select * from {{ ref('dim_region') }}),

wide as (
    select
        region_code,
        region_vintage,
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
        min(checked_at) as checked_at,
        min(fresh_until) as fresh_until
    from figures
    where
        period_type in ('year')
        and feed in ('rivm.health')
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
            'difficulty_getting_by_pct'
        )
    group by all
),

final as (
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
        wide.checked_at,
        wide.fresh_until
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from final
