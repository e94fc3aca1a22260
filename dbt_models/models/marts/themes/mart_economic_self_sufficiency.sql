{{ config(materialized='view') }}

with figures as (select * from {{ ref('int_self_sufficiency__wide') }}),

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
        figures.welfare_recipients_count,
        figures.welfare_recipients_per_1000,
        figures.welfare_recipients_quarter_count,
        figures.welfare_recipients_of_working_age_per_1000,
        figures.welfare_recipients_15_plus_pct,
        figures.disability_benefit_recipients_quarter_count,
        figures.disability_benefit_recipients_of_working_age_per_1000,
        figures.unemployment_benefit_recipients_quarter_count,
        figures.unemployment_benefit_recipients_of_working_age_per_1000,
        figures.state_pension_recipients_quarter_count,
        figures.population_15_plus_count,
        figures.population_15_to_pension_age_count,
        figures.population_from_pension_age_count,
        figures.net_labour_participation_pct,
        figures.benefit_households_count,
        figures.benefit_recipients_count,
        figures.benefit_recipients_per_1000,
        figures.general_assistance_recipients_count,
        figures.general_assistance_recipients_per_1000,
        figures.ioaw_ioaz_recipients_count,
        figures.bbz_recipients_count,
        figures.benefit_inflow_count,
        figures.benefit_outflow_count,
        figures.benefit_outflow_to_work_count,
        figures.benefit_outflow_to_work_pct,
        key_figures.checked_at as key_figures_checked_at,
        figures.key_figures_released_at,
        key_figures.fresh_until as key_figures_fresh_until,
        benefits.checked_at as benefits_checked_at,
        figures.benefits_released_at,
        benefits.fresh_until as benefits_fresh_until,
        recipients.checked_at as recipients_checked_at,
        figures.recipients_released_at,
        recipients.fresh_until as recipients_fresh_until,
        least(key_figures.checked_at, benefits.checked_at, recipients.checked_at) as checked_at,
        least(
            figures.key_figures_released_at,
            figures.benefits_released_at,
            figures.recipients_released_at
        ) as released_at,
        least(key_figures.fresh_until, benefits.fresh_until, recipients.fresh_until) as fresh_until
    from figures
    left join freshness as key_figures on figures.key_figures_feed = key_figures.feed
    left join freshness as benefits on figures.benefits_feed = benefits.feed
    left join freshness as recipients on figures.recipients_feed = recipients.feed
)

select * from final
