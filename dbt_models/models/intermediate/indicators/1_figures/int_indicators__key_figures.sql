{% set indicators = {
    'cbs.key_figures': {
        'population_0_24_count': 'population_0_14_count + population_15_24_count',
        'known_education_count': 'low_education_count + medium_education_count + high_education_count',
    },
} %}
{{ config(materialized='table', meta={'indicators': indicators, 'by_contract': ['cbs.key_figures']}) }}

with key_figures as (select * from {{ ref('stg_cbs__key_figures') }}),

delivered as ({{ delivered_indicators(['cbs.key_figures']) }}),

columns as ({{ editions_of_columns('raw_cbs', 'key_figures') }}),

-- An edition from before CBS began with a figure, or after it stopped, is not one in which it is missing. Levels of
-- education are known together.
in_editions as (
    select
        delivered.*,
        coalesce(columns.first_edition, 0) as first_edition,
        coalesce(columns.last_edition, 9999) as last_edition
    from delivered
    left join columns
        on
            case delivered.indicator_code
                when 'known_education_count' then 'low_education_count'
                else delivered.indicator_code
            end = columns.column_name
),

figures as (
    select
        {{ unpivoted_figures('key_figures', indicators, dict(
            in_year('key_figures.edition_year'),
            region_vintage='key_figures.edition_year',
            edition_year='key_figures.edition_year'
        ), by_contract=['cbs.key_figures']) }}
    from key_figures
    inner join in_editions as delivered
        on key_figures.edition_year between delivered.first_edition and delivered.last_edition
)

select * from figures
