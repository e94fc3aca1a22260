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
        max(case when indicator_code = 'welfare_recipients_count' then value end) as welfare_recipients_count,
        max(case when indicator_code = 'welfare_recipients_per_1000' then value end) as welfare_recipients_per_1000,
        max(case when indicator_code = 'welfare_recipients_quarter_count' then value end) as welfare_recipients_quarter_count,
        max(case when indicator_code = 'welfare_recipients_of_working_age_per_1000' then value end) as welfare_recipients_of_working_age_per_1000,
        max(case when indicator_code = 'welfare_recipients_15_plus_pct' then value end) as welfare_recipients_15_plus_pct,
        max(case when indicator_code = 'disability_benefit_recipients_quarter_count' then value end) as disability_benefit_recipients_quarter_count,
        max(case when indicator_code = 'disability_benefit_recipients_of_working_age_per_1000' then value end) as disability_benefit_recipients_of_working_age_per_1000,
        max(case when indicator_code = 'unemployment_benefit_recipients_quarter_count' then value end) as unemployment_benefit_recipients_quarter_count,
        max(case when indicator_code = 'unemployment_benefit_recipients_of_working_age_per_1000' then value end) as unemployment_benefit_recipients_of_working_age_per_1000,
        max(case when indicator_code = 'state_pension_recipients_quarter_count' then value end) as state_pension_recipients_quarter_count,
        max(case when indicator_code = 'population_15_plus_count' then value end) as population_15_plus_count,
        max(case when indicator_code = 'population_15_to_pension_age_count' then value end) as population_15_to_pension_age_count,
        max(case when indicator_code = 'population_from_pension_age_count' then value end) as population_from_pension_age_count,
        max(case when indicator_code = 'net_labour_participation_pct' then value end) as net_labour_participation_pct,
        max(case when indicator_code = 'benefit_households_count' then value end) as benefit_households_count,
        max(case when indicator_code = 'benefit_recipients_count' then value end) as benefit_recipients_count,
        max(case when indicator_code = 'benefit_recipients_per_1000' then value end) as benefit_recipients_per_1000,
        max(case when indicator_code = 'general_assistance_recipients_count' then value end) as general_assistance_recipients_count,
        max(case when indicator_code = 'general_assistance_recipients_per_1000' then value end) as general_assistance_recipients_per_1000,
        max(case when indicator_code = 'ioaw_ioaz_recipients_count' then value end) as ioaw_ioaz_recipients_count,
        max(case when indicator_code = 'bbz_recipients_count' then value end) as bbz_recipients_count,
        max(case when indicator_code = 'benefit_inflow_count' then value end) as benefit_inflow_count,
        max(case when indicator_code = 'benefit_outflow_count' then value end) as benefit_outflow_count,
        max(case when indicator_code = 'benefit_outflow_to_work_count' then value end) as benefit_outflow_to_work_count,
        max(case when indicator_code = 'benefit_outflow_to_work_pct' then value end) as benefit_outflow_to_work_pct,
        max(case when 'cbs.key_figures' in (feed, denominator_feed) then 'cbs.key_figures' end) as key_figures_feed,
        min(
            case 'cbs.key_figures'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as key_figures_released_at,
        max(case when 'cbs.benefits' in (feed, denominator_feed) then 'cbs.benefits' end) as benefits_feed,
        min(
            case 'cbs.benefits'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as benefits_released_at,
        max(case when 'benefits_admin.recipients' in (feed, denominator_feed) then 'benefits_admin.recipients' end) as recipients_feed,
        min(
            case 'benefits_admin.recipients'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as recipients_released_at
    from figures
    where
        period_type in ('year', 'quarter', 'month')
        and feed in ('cbs.benefits', 'cbs.key_figures', 'benefits_admin.recipients')
        and indicator_code in (
            'welfare_recipients_count',
            'welfare_recipients_per_1000',
            'welfare_recipients_quarter_count',
            'welfare_recipients_of_working_age_per_1000',
            'welfare_recipients_15_plus_pct',
            'disability_benefit_recipients_quarter_count',
            'disability_benefit_recipients_of_working_age_per_1000',
            'unemployment_benefit_recipients_quarter_count',
            'unemployment_benefit_recipients_of_working_age_per_1000',
            'state_pension_recipients_quarter_count',
            'population_15_plus_count',
            'population_15_to_pension_age_count',
            'population_from_pension_age_count',
            'net_labour_participation_pct',
            'benefit_households_count',
            'benefit_recipients_count',
            'benefit_recipients_per_1000',
            'general_assistance_recipients_count',
            'general_assistance_recipients_per_1000',
            'ioaw_ioaz_recipients_count',
            'bbz_recipients_count',
            'benefit_inflow_count',
            'benefit_outflow_count',
            'benefit_outflow_to_work_count',
            'benefit_outflow_to_work_pct'
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
        wide.welfare_recipients_count,
        wide.welfare_recipients_per_1000,
        wide.welfare_recipients_quarter_count,
        wide.welfare_recipients_of_working_age_per_1000,
        wide.welfare_recipients_15_plus_pct,
        wide.disability_benefit_recipients_quarter_count,
        wide.disability_benefit_recipients_of_working_age_per_1000,
        wide.unemployment_benefit_recipients_quarter_count,
        wide.unemployment_benefit_recipients_of_working_age_per_1000,
        wide.state_pension_recipients_quarter_count,
        wide.population_15_plus_count,
        wide.population_15_to_pension_age_count,
        wide.population_from_pension_age_count,
        wide.net_labour_participation_pct,
        wide.benefit_households_count,
        wide.benefit_recipients_count,
        wide.benefit_recipients_per_1000,
        wide.general_assistance_recipients_count,
        wide.general_assistance_recipients_per_1000,
        wide.ioaw_ioaz_recipients_count,
        wide.bbz_recipients_count,
        wide.benefit_inflow_count,
        wide.benefit_outflow_count,
        wide.benefit_outflow_to_work_count,
        wide.benefit_outflow_to_work_pct,
        wide.key_figures_feed,
        wide.key_figures_released_at,
        wide.benefits_feed,
        wide.benefits_released_at,
        wide.recipients_feed,
        wide.recipients_released_at
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from placed
