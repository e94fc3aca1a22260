with ses_woa as (select * from {{ ref('stg_cbs__ses_woa') }}),

downloads as (select * from {{ ref('stg_statline__ses_woa') }}),

regions as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

served as (
    select
        region_code,
        region_level,
        edition_year,
        figures_year,
        status,
        household_count,
        score,
        wealth_score,
        education_score,
        employment_score,
        score_spread,
        'cbs.ses_woa' as feed,
        delivery_id
    from ses_woa
),

-- A download stands in for a region and year that CBS's service does not give: no row of a mart mixes the two.
delivered as (
    select * from served
    union all
    select
        downloads.region_code,
        downloads.region_level,
        null::integer as edition_year,
        downloads.period_year as figures_year,
        downloads.status,
        downloads.household_count,
        downloads.score,
        null::double as wealth_score,
        null::double as education_score,
        null::double as employment_score,
        downloads.score_spread,
        'statline.ses_woa' as feed,
        downloads.delivery_id
    from downloads
    inner join regions on downloads.region_code = regions.region_code
    left join (select distinct region_code, figures_year from served) as known
        on downloads.region_code = known.region_code and downloads.period_year = known.figures_year
    where known.region_code is null
),

-- A table of newer borders holds every year as well, so one of them tells a year.
newest as (
    select *
    from delivered
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
        newest.feed,
        newest.delivery_id
    from newest
    -- A download holds no parts of the score.
    inner join delivered_indicators
        on
            newest.feed = 'cbs.ses_woa'
            or delivered_indicators.indicator_code in ('ses_woa_household_count', 'ses_woa_score', 'ses_woa_score_spread')
    left join regions on newest.region_code = regions.region_code
)

select * from figures
