with health as (select * from {{ source('raw_rivm', 'health') }}),

named as (
    select
        age_code,
        case margin_code when 'MW00000' then 'estimate' when 'MOG0095' then 'lower' when 'MBG0095' then 'upper' end
            as margin,
        {{ region_code('region_code') }} as region_code,
        {{ region_level('region_code') }} as region_level,
        edition_year,
        {{ cbs_period_type('period_code') }} as period_type,
        {{ cbs_period('period_code') }} as period,
        {{ cbs_period_start_date('period_code') }} as period_start_date,
        {{ cbs_period_end_date('period_code') }} as period_end_date,
        {{ cbs_period_status('period_name') }} as status,
        good_perceived_health_pct,
        meets_exercise_guideline_pct,
        weekly_sports_pct,
        overweight_pct,
        obesity_pct,
        smokers_pct,
        meets_alcohol_guideline_pct,
        heavy_drinkers_pct,
        excessive_drinkers_pct,
        chronic_conditions_pct,
        high_risk_of_anxiety_or_depression_pct,
        much_stress_pct,
        lonely_pct,
        severely_lonely_pct,
        emotionally_lonely_pct,
        socially_lonely_pct,
        informal_carers_pct,
        volunteers_pct,
        difficulty_getting_by_pct,
        delivery_id
    from health
)

select * from named
