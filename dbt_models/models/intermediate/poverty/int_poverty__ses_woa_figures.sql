with ses_woa as (select * from {{ ref('stg_cbs__ses_woa') }}),

regions as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

-- A table of newer borders holds every year as well, so one of them tells a year.
newest as (
    select *
    from ses_woa
    qualify row_number() over (partition by region_code, figures_year order by edition_year desc) = 1
),

delivered_indicators as (
    select indicator_code
    from dictionary
    where source_feed = 'cbs.ses_woa' and numerator is null
),

figures as (
    select
        newest.region_code,
        coalesce(regions.region_vintage, newest.edition_year) as region_vintage,
        newest.region_level,
        delivered_indicators.indicator_code,
        newest.edition_year,
        'year' as period_type,
        newest.figures_year::varchar as period,
        make_date(newest.figures_year, 1, 1) as period_start_date,
        make_date(newest.figures_year, 12, 31) as period_end_date,
        true as is_complete_period,
        (case delivered_indicators.indicator_code
            when 'ses_woa_household_count' then newest.household_count
            when 'ses_woa_score' then newest.score
            when 'ses_woa_wealth_score' then newest.wealth_score
            when 'ses_woa_education_score' then newest.education_score
            when 'ses_woa_employment_score' then newest.employment_score
            when 'ses_woa_score_spread' then newest.score_spread
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        newest.status,
        null::varchar as missing_reason,
        'cbs.ses_woa' as feed,
        newest.delivery_id
    from newest
    cross join delivered_indicators
    left join regions on newest.region_code = regions.region_code
)

select * from figures
