{{ config(materialized='table') }}

{% set of_a_measure = [
    'indicator_code', 'is_indicator', 'label_nl', 'short_label_nl', 'label_en', 'definition_nl', 'unit', 'unit_nl', 'source_feed',
    'is_count_of_persons',
] %}
{% set unknown = {} %}
{% for name, column in yaml_of_the_mart().columns.items() if name not in of_a_measure %}
    {% do unknown.update({name: cast('null', column.data_type)}) %}
{% endfor %}

with dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

themes as (select * from {{ ref('themes') }}),

kpis as (select * from {{ ref('kpis') }}),

units as (select * from {{ ref('units') }}),

texts as (select * from {{ ref('texts_nl') }} where column_name is not null),

declared as (
    select *
    from (
        values {{ declared_measures() }}
    ) as declared (mart_name, column_name, is_other_figure, unit, unit_of_mart, source_feed, description)
),

-- A column that is named after an indicator is that indicator, in any mart.
other_figures as (
    select declared.*
    from declared
    left join dictionary on declared.column_name = dictionary.indicator_code
    where declared.is_other_figure or dictionary.indicator_code is null
),

-- A name ends with its unit: the longest that fits, as in per_1000_of_group.
named_units as (
    select
        other_figures.mart_name,
        other_figures.column_name,
        units.unit,
        row_number() over (
            partition by other_figures.mart_name, other_figures.column_name order by length(units.unit) desc
        ) as place
    from other_figures
    inner join units on right(other_figures.column_name, length(units.unit) + 1) = concat('_', units.unit)
),

measures as (
    select
        concat(other_figures.mart_name, '.', other_figures.column_name) as indicator_code,
        false as is_indicator,
        coalesce(own.label_nl, shared.label_nl) as label_nl,
        coalesce(own.label_nl, shared.label_nl) as short_label_nl,
        other_figures.description as label_en,
        coalesce(own.definition_nl, shared.definition_nl) as definition_nl,
        units.unit,
        units.unit_nl,
        nullif(other_figures.source_feed, '') as source_feed,
        false as is_count_of_persons
    from other_figures
    left join named_units
        on
            other_figures.mart_name = named_units.mart_name
            and other_figures.column_name = named_units.column_name
            and named_units.place = 1
    left join units
        on coalesce(nullif(other_figures.unit, ''), named_units.unit, other_figures.unit_of_mart) = units.unit
    left join texts as own
        on other_figures.mart_name = own.mart_name and other_figures.column_name = own.column_name
    left join texts as shared on shared.mart_name is null and other_figures.column_name = shared.column_name
)

select
    {{ declared_columns('dictionary', {
        'is_indicator': 'true',
        'theme_label_nl': 'themes.label_nl',
        'theme_label_en': 'themes.label_en',
        'theme_order': 'themes.theme_order',
        'kpi_order': 'kpis.kpi_order',
    }) }}
from dictionary
left join themes on dictionary.theme_code = themes.theme_code
left join kpis on dictionary.indicator_code = kpis.indicator_code

union all

select
    {{ declared_columns('measures', unknown) }}
from measures
