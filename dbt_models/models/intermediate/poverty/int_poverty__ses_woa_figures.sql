{% set indicators = {
    'cbs.ses_woa': {
        'ses_woa_household_count': 'household_count',
        'ses_woa_score': 'score',
        'ses_woa_wealth_score': 'wealth_score',
        'ses_woa_education_score': 'education_score',
        'ses_woa_employment_score': 'employment_score',
        'ses_woa_score_spread': 'score_spread',
    },
} %}
{{ config(meta={'indicators': indicators}) }}

with ses_woa as (select * from {{ ref('stg_cbs__ses_woa') }}),

downloads as (select * from {{ ref('stg_statline__ses_woa') }}),

regions as (select * from {{ ref('int_regions__newest') }}),

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
complete as (
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
    from complete
    qualify row_number() over (partition by region_code, figures_year order by edition_year desc) = 1
),

delivered as ({{ delivered_indicators(['cbs.ses_woa']) }}),

figures as (
    select
        {{ unpivoted_figures('newest', indicators, dict(
            in_year('newest.figures_year'),
            region_vintage='coalesce(regions.region_vintage, newest.edition_year)',
            edition_year='newest.edition_year',
            status='newest.status',
            feed='newest.feed'
        )) }}
    from newest
    -- A download holds no parts of the score.
    inner join delivered
        on
            newest.feed = 'cbs.ses_woa'
            or delivered.indicator_code in ('ses_woa_household_count', 'ses_woa_score', 'ses_woa_score_spread')
    left join regions on newest.region_code = regions.region_code
)

select * from figures
