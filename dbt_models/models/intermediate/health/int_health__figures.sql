{{ config(materialized='table') }}

with health as (select * from {{ ref('stg_rivm__health') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

newest_regions as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

delivered_indicators as (
    select indicator_code
    from dictionary
    where source_feed = 'rivm.health' and numerator is null
),

figures_and_bounds as (
    select
        health.margin,
        health.region_code,
        health.region_level,
        delivered_indicators.indicator_code,
        health.edition_year,
        health.period_type,
        health.period,
        health.period_start_date,
        health.period_end_date,
        health.status,
        health.delivery_id,
        (case delivered_indicators.indicator_code
            when 'good_perceived_health_pct' then health.good_perceived_health_pct
            when 'meets_exercise_guideline_pct' then health.meets_exercise_guideline_pct
            when 'weekly_sports_pct' then health.weekly_sports_pct
            when 'overweight_pct' then health.overweight_pct
            when 'obesity_pct' then health.obesity_pct
            when 'smokers_pct' then health.smokers_pct
            when 'meets_alcohol_guideline_pct' then health.meets_alcohol_guideline_pct
            when 'heavy_drinkers_pct' then health.heavy_drinkers_pct
            when 'excessive_drinkers_pct' then health.excessive_drinkers_pct
            when 'chronic_conditions_pct' then health.chronic_conditions_pct
            when 'high_risk_of_anxiety_or_depression_pct' then health.high_risk_of_anxiety_or_depression_pct
            when 'much_stress_pct' then health.much_stress_pct
            when 'lonely_pct' then health.lonely_pct
            when 'severely_lonely_pct' then health.severely_lonely_pct
            when 'emotionally_lonely_pct' then health.emotionally_lonely_pct
            when 'socially_lonely_pct' then health.socially_lonely_pct
            when 'informal_carers_pct' then health.informal_carers_pct
            when 'volunteers_pct' then health.volunteers_pct
            when 'difficulty_getting_by_pct' then health.difficulty_getting_by_pct
        end)::double as figure
    from health
    cross join delivered_indicators
),

estimates as (
    select
        region_code,
        region_level,
        indicator_code,
        edition_year,
        period_type,
        period,
        period_start_date,
        period_end_date,
        status,
        delivery_id,
        max(case when margin = 'estimate' then figure end) as value,
        max(case when margin = 'lower' then figure end) as lower_bound,
        max(case when margin = 'upper' then figure end) as upper_bound
    from figures_and_bounds
    group by all
),

-- Every table repeats the surveys before it, on newer borders and without the columns that were dropped.
newest as (
    select *
    from estimates
    qualify
        row_number() over (
            partition by region_code, indicator_code, period
            order by case when value is null then 1 else 0 end, edition_year desc
        ) = 1
),

-- What a survey did not ask has no figure anywhere; it is no figure that is missing.
asked as (
    select *
    from newest
    qualify max(value) over (partition by indicator_code, period) is not null
),

figures as (
    select
        asked.region_code,
        coalesce(regions.region_vintage, newest_regions.region_vintage, asked.edition_year) as region_vintage,
        asked.region_level,
        asked.indicator_code,
        asked.edition_year,
        asked.period_type,
        asked.period,
        asked.period_start_date,
        asked.period_end_date,
        true as is_complete_period,
        asked.value,
        asked.lower_bound,
        asked.upper_bound,
        asked.status,
        null::varchar as missing_reason,
        'rivm.health' as feed,
        asked.delivery_id
    from asked
    -- A table says on the borders of which year it stands.
    left join regions on asked.region_code = regions.region_code and asked.edition_year = regions.region_vintage
    left join newest_regions on asked.region_code = newest_regions.region_code
)

select * from figures
