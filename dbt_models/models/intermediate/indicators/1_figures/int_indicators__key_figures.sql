{% set indicators = {
    'cbs.key_figures': {
        'population_0_24_count': 'population_0_14_count + population_15_24_count',
        'known_education_count': 'low_education_count + medium_education_count + high_education_count',
    },
} %}
{{ config(materialized='table') }}

with regions as (select * from {{ ref('int_regions__vintages') }}),

every_region as (select * from {{ ref('stg_cbs__key_figures') }}),

-- Of other municipalities the editions that CBS still fills: there the current figures are, and those of a year before.
key_figures as (
    select
        *,
        edition_year > (select max(edition_year) - 4 from every_region)
        or not {{ is_elsewhere('every_region') }} as is_recent_or_own
    from every_region
),

-- Measures are compared with other municipalities from before their start on.
outcomes as (
    select dictionary.*
    from {{ ref('int_indicators__dictionary') }} as dictionary
    inner join {{ ref('policy_measures') }} as measures
        on
            dictionary.indicator_code in (measures.indicator_code, measures.control_indicator_code)
            and measures.municipality_code = '{{ var('municipality_code') }}'
),

of_outcomes as (
    select coalesce(numerator, indicator_code) as indicator_code from outcomes
    union
    select denominator as indicator_code from outcomes
),

columns as ({{ editions_of_columns('raw_cbs', 'key_figures') }})

-- An edition from before CBS began with a figure, or after it stopped, is not one in which it is missing. Levels of
-- education are known together.
{{ figures_of(
    'key_figures',
    indicators,
    dict(in_year('edition_year'), region_vintage='edition_year', edition_year='edition_year'),
    by_contract=['cbs.key_figures']
) }}
left join columns
    on
        case delivered.indicator_code
            when 'known_education_count' then 'low_education_count'
            else delivered.indicator_code
        end = columns.column_name
where key_figures.edition_year between coalesce(columns.first_edition, 0) and coalesce(columns.last_edition, 9999)
and (
    key_figures.is_recent_or_own
    or delivered.indicator_code in (select indicator_code from of_outcomes where indicator_code is not null)
)
