{{ config(materialized='table') }}

with figures as (select * from {{ ref('int_indicators__final') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

wide as (
    select
        region_code,
        -- A series on newer borders and the key figures of the year itself stand in one row.
        max(region_vintage) as region_vintage,
        region_level,
        period_type,
        period,
        period_start_date,
        period_end_date,
        max(case when indicator_code = 'low_income_household_count' then value end) as low_income_household_count,
        max(case when indicator_code = 'low_income_household_of_municipality_pct' then value end) as low_income_household_of_municipality_pct,
        max(case when indicator_code = 'low_income_persons_count' then value end) as low_income_persons_count,
        max(case when indicator_code = 'low_income_persons_pct' then value end) as low_income_persons_pct,
        max(case when indicator_code = 'low_income_children_count' then value end) as low_income_children_count,
        max(case when indicator_code = 'low_income_children_pct' then value end) as low_income_children_pct,
        max(case when indicator_code = 'long_term_low_income_household_count' then value end) as long_term_low_income_household_count,
        max(case when indicator_code = 'long_term_low_income_household_pct' then value end) as long_term_low_income_household_pct,
        max(case when indicator_code = 'long_term_low_income_persons_pct' then value end) as long_term_low_income_persons_pct,
        max(case when indicator_code = 'long_term_low_income_children_pct' then value end) as long_term_low_income_children_pct,
        max(case when indicator_code = 'social_minimum_110_household_count' then value end) as social_minimum_110_household_count,
        max(case when indicator_code = 'social_minimum_110_household_pct' then value end) as social_minimum_110_household_pct,
        max(case when indicator_code = 'social_minimum_120_household_count' then value end) as social_minimum_120_household_count,
        max(case when indicator_code = 'social_minimum_120_household_pct' then value end) as social_minimum_120_household_pct,
        max(case when indicator_code = 'low_income_household_pct' then value end) as low_income_household_pct,
        max(case when indicator_code = 'household_below_social_minimum_pct' then value end) as household_below_social_minimum_pct,
        max(case when indicator_code = 'household_up_to_110_pct_social_minimum_pct' then value end) as household_up_to_110_pct_social_minimum_pct,
        max(case when indicator_code = 'persons_in_poverty_pct' then value end) as persons_in_poverty_pct,
        max(case when indicator_code = 'average_income_per_inhabitant_thousand_eur' then value end) as average_income_per_inhabitant_thousand_eur,
        max(case when indicator_code = 'median_household_wealth_thousand_eur' then value end) as median_household_wealth_thousand_eur,
        max(case when indicator_code = 'ses_woa_household_count' then value end) as ses_woa_household_count,
        max(case when indicator_code = 'ses_woa_score' then value end) as ses_woa_score,
        max(case when indicator_code = 'ses_woa_wealth_score' then value end) as ses_woa_wealth_score,
        max(case when indicator_code = 'ses_woa_education_score' then value end) as ses_woa_education_score,
        max(case when indicator_code = 'ses_woa_employment_score' then value end) as ses_woa_employment_score,
        max(case when indicator_code = 'ses_woa_score_spread' then value end) as ses_woa_score_spread,
        max(case when feed in ('cbs.low_income', 'statline.low_income') then feed end) as low_income_feed,
        min(case when feed in ('cbs.low_income', 'statline.low_income') then released_at end) as low_income_released_at,
        max(case when 'cbs.key_figures' in (feed, denominator_feed) then 'cbs.key_figures' end) as key_figures_feed,
        min(
            case 'cbs.key_figures'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as key_figures_released_at,
        max(case when feed in ('cbs.ses_woa', 'statline.ses_woa') then feed end) as ses_woa_feed,
        min(case when feed in ('cbs.ses_woa', 'statline.ses_woa') then released_at end) as ses_woa_released_at
    from figures
    where
        period_type in ('year')
        and feed in ('cbs.low_income', 'statline.low_income', 'cbs.ses_woa', 'statline.ses_woa', 'cbs.key_figures')
        and indicator_code in (
            'low_income_household_count',
            'low_income_household_of_municipality_pct',
            'low_income_persons_count',
            'low_income_persons_pct',
            'low_income_children_count',
            'low_income_children_pct',
            'long_term_low_income_household_count',
            'long_term_low_income_household_pct',
            'long_term_low_income_persons_pct',
            'long_term_low_income_children_pct',
            'social_minimum_110_household_count',
            'social_minimum_110_household_pct',
            'social_minimum_120_household_count',
            'social_minimum_120_household_pct',
            'low_income_household_pct',
            'household_below_social_minimum_pct',
            'household_up_to_110_pct_social_minimum_pct',
            'persons_in_poverty_pct',
            'average_income_per_inhabitant_thousand_eur',
            'median_household_wealth_thousand_eur',
            'ses_woa_household_count',
            'ses_woa_score',
            'ses_woa_wealth_score',
            'ses_woa_education_score',
            'ses_woa_employment_score',
            'ses_woa_score_spread'
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
        wide.low_income_household_count,
        wide.low_income_household_of_municipality_pct,
        wide.low_income_persons_count,
        wide.low_income_persons_pct,
        wide.low_income_children_count,
        wide.low_income_children_pct,
        wide.long_term_low_income_household_count,
        wide.long_term_low_income_household_pct,
        wide.long_term_low_income_persons_pct,
        wide.long_term_low_income_children_pct,
        wide.social_minimum_110_household_count,
        wide.social_minimum_110_household_pct,
        wide.social_minimum_120_household_count,
        wide.social_minimum_120_household_pct,
        wide.low_income_household_pct,
        wide.household_below_social_minimum_pct,
        wide.household_up_to_110_pct_social_minimum_pct,
        wide.persons_in_poverty_pct,
        wide.average_income_per_inhabitant_thousand_eur,
        wide.median_household_wealth_thousand_eur,
        wide.ses_woa_household_count,
        wide.ses_woa_score,
        wide.ses_woa_wealth_score,
        wide.ses_woa_education_score,
        wide.ses_woa_employment_score,
        wide.ses_woa_score_spread,
        wide.low_income_feed,
        wide.low_income_released_at,
        wide.key_figures_feed,
        wide.key_figures_released_at,
        wide.ses_woa_feed,
        wide.ses_woa_released_at
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from placed
