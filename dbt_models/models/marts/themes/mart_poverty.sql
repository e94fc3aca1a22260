{{ config(materialized='view') }}

with figures as (select * from {{ ref('int_poverty__wide') }}),

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
        figures.low_income_household_count,
        figures.low_income_household_of_municipality_pct,
        figures.low_income_persons_count,
        figures.low_income_persons_pct,
        figures.low_income_children_count,
        figures.low_income_children_pct,
        figures.long_term_low_income_household_count,
        figures.long_term_low_income_household_pct,
        figures.long_term_low_income_persons_pct,
        figures.long_term_low_income_children_pct,
        figures.social_minimum_110_household_count,
        figures.social_minimum_110_household_pct,
        figures.social_minimum_120_household_count,
        figures.social_minimum_120_household_pct,
        figures.low_income_household_pct,
        figures.household_below_social_minimum_pct,
        figures.household_up_to_110_pct_social_minimum_pct,
        figures.persons_in_poverty_pct,
        figures.average_income_per_inhabitant_thousand_eur,
        figures.median_household_wealth_thousand_eur,
        figures.ses_woa_household_count,
        figures.ses_woa_score,
        figures.ses_woa_wealth_score,
        figures.ses_woa_education_score,
        figures.ses_woa_employment_score,
        figures.ses_woa_score_spread,
        low_income.checked_at as low_income_checked_at,
        figures.low_income_released_at,
        low_income.fresh_until as low_income_fresh_until,
        key_figures.checked_at as key_figures_checked_at,
        figures.key_figures_released_at,
        key_figures.fresh_until as key_figures_fresh_until,
        ses_woa.checked_at as ses_woa_checked_at,
        figures.ses_woa_released_at,
        ses_woa.fresh_until as ses_woa_fresh_until,
        least(low_income.checked_at, key_figures.checked_at, ses_woa.checked_at) as checked_at,
        least(
            figures.low_income_released_at,
            figures.key_figures_released_at,
            figures.ses_woa_released_at
        ) as released_at,
        least(low_income.fresh_until, key_figures.fresh_until, ses_woa.fresh_until) as fresh_until
    from figures
    left join freshness as low_income on figures.low_income_feed = low_income.feed
    left join freshness as key_figures on figures.key_figures_feed = key_figures.feed
    left join freshness as ses_woa on figures.ses_woa_feed = ses_woa.feed
)

select * from final
