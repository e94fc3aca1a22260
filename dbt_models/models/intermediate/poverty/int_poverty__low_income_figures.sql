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

with low_income as (select * from {{ ref('int_poverty__low_income_cells') }}),

-- A table of newer borders holds every year as well, so one of them tells a year. Counts come in thousands with one
-- decimal, so each may be half a hundred off.
cells as (
    select
        *,
        income_limit_code || '/' || duration_code || '/' || measure_code as cell,
        value * case when measure_unit = 'x 1 000' then 1000 else 1 end as scaled,
        case when measure_unit = 'x 1 000' then 50 end as margin
    from low_income
    -- Of all private households together.
    where household_code = '1050010' and region_level is not null
    qualify
        row_number() over (
            partition by region_code, figures_year, income_limit_code, duration_code, measure_code
            order by edition_year desc
        ) = 1
)

{{ figures_of('cells', indicators, dict(
    in_year('figures_year'),
    edition_year='edition_year',
    value='round(scaled, 3)',
    lower_bound='(case when scaled < margin then 0 else scaled - margin end)::double',
    upper_bound='(scaled + margin)::double',
    status='status',
    missing_reason="case
            when value is not null or value_attribute is null then null
            when value_attribute = 'Impossible' then 'impossible'
            when value_attribute = 'Confidential' then 'suppressed'
            else 'unknown'
        end",
    feed='feed'
)) }}
where cells.cell = {{ indicator_case(indicators) }}
