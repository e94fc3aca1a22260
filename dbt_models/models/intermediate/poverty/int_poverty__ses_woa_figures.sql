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

with ses_woa as (select * from {{ ref('stg_cbs__ses_woa') }}),

downloads as (select * from {{ ref('stg_statline__ses_woa') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

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
    left join (select distinct region_code, figures_year from served) as known
        on downloads.region_code = known.region_code and downloads.period_year = known.figures_year
    where known.region_code is null and downloads.region_code in (select region_code from regions)
),

-- A table of newer borders holds every year as well, so one of them tells a year.
newest as (
    select *
    from complete
    qualify row_number() over (partition by region_code, figures_year order by edition_year desc) = 1
)

-- A download holds no parts of the score.
{{ figures_of('newest', indicators, dict(
    in_year('figures_year'), edition_year='edition_year', status='status', feed='feed'
)) }}
where
    newest.feed = 'cbs.ses_woa'
    or delivered.indicator_code in ('ses_woa_household_count', 'ses_woa_score', 'ses_woa_score_spread')
