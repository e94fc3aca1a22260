{# Income limit, years in a row below it, measure. #}
{% set indicators = {
    'cbs.low_income': {
        'low_income_household_count': "'1050290/A028721/1050010_1'",
        'low_income_persons_count': "'1050290/A028721/1050001_1'",
        'low_income_children_count': "'1050290/A028721/1016445_1'",
        'low_income_household_of_municipality_pct': "'1050290/A028721/1050010_2'",
        'low_income_persons_pct': "'1050290/A028721/1050001_2'",
        'low_income_children_pct': "'1050290/A028721/1016445_2'",
        'long_term_low_income_household_count': "'1050290/A028724/1050010_1'",
        'long_term_low_income_persons_count': "'1050290/A028724/1050001_1'",
        'long_term_low_income_children_count': "'1050290/A028724/1016445_1'",
        'long_term_low_income_household_pct': "'1050290/A028724/1050010_2'",
        'long_term_low_income_persons_pct': "'1050290/A028724/1050001_2'",
        'long_term_low_income_children_pct': "'1050290/A028724/1016445_2'",
        'social_minimum_110_household_count': "'A043007/A028721/1050010_1'",
        'social_minimum_110_household_pct': "'A043007/A028721/1050010_2'",
        'social_minimum_120_household_count': "'A043008/A028721/1050010_1'",
        'social_minimum_120_household_pct': "'A043008/A028721/1050010_2'",
    },
} %}
{{ config(meta={'indicators': indicators}) }}

with low_income as (select * from {{ ref('int_poverty__low_income_cells') }}),

regions as (select * from {{ ref('int_regions__newest') }}),

-- A table of newer borders holds every year as well, so one of them tells a year.
cells as (
    select
        *,
        income_limit_code || '/' || duration_code || '/' || measure_code as cell
    from low_income
    -- Of all private households together.
    where household_code = '1050010' and region_level is not null
    qualify
        row_number() over (
            partition by region_code, figures_year, income_limit_code, duration_code, measure_code
            order by edition_year desc
        ) = 1
),

delivered as ({{ delivered_indicators(['cbs.low_income']) }}),

places as (
    select
        *,
        {{ indicator_case(indicators) }} as cell
    from delivered
),

-- Counts come in thousands with one decimal, so each may be half a hundred off.
scaled as (
    select
        cells.*,
        places.indicator_code,
        case when cells.measure_unit = 'x 1 000' then 1000 else 1 end as scale,
        case when cells.measure_unit = 'x 1 000' then 50 end as margin
    from cells
    inner join places on cells.cell = places.cell
),

figures as (
    select
        {{ unpivoted_figures('scaled', indicators, dict(
            in_year('scaled.figures_year'),
            region_vintage='coalesce(regions.region_vintage, scaled.edition_year)',
            indicator_code='scaled.indicator_code',
            edition_year='scaled.edition_year',
            value='round(scaled.value * scaled.scale, 3)::double',
            lower_bound="(case
            when scaled.value * scaled.scale < scaled.margin then 0
            else scaled.value * scaled.scale - scaled.margin
        end)::double",
            upper_bound='(scaled.value * scaled.scale + scaled.margin)::double',
            status='scaled.status',
            missing_reason="case
            when scaled.value is not null or scaled.value_attribute is null then null
            when scaled.value_attribute = 'Impossible' then 'impossible'
            when scaled.value_attribute = 'Confidential' then 'suppressed'
            else 'unknown'
        end",
            feed='scaled.feed'
        )) }}
    from scaled
    left join regions on scaled.region_code = regions.region_code
)

select * from figures
