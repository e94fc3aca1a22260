{#- The figures and their edition years are the columns in the mart's YAML that say so by type and name. -#}
{%- set columns = yaml_of_the_mart().columns.values() | list -%}
{%- set indicators = columns | selectattr('data_type', 'in', ['double', 'bigint']) | list -%}
{%- set of_region = ['neighbourhood_code', 'neighbourhood_name', 'district_code', 'district_name', 'municipality_code', 'municipality_name', 'region_vintage', 'unchanged_since', 'most_common_postcode'] -%}

with regions as (select * from {{ ref('int_regions__vintages') }}),

figures as (select * from {{ ref('int_indicators__final') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }}),

neighbourhoods as (
    select
        region_code as neighbourhood_code,
        region_name as neighbourhood_name,
        {{ of_region[2:] | join(',\n        ') }}
    from regions
    -- Without a name the code occurs in reports only, while CBS is withheld.
    where region_level = 'neighbourhood' and is_newest_vintage and region_name is not null
),

-- An older edition describes the same neighbourhood only if code and border have stayed since.
current_figures as (
    select
        neighbourhoods.neighbourhood_code,
        figures.indicator_code,
        dictionary.theme_code,
        figures.edition_year,
        figures.period_end_date,
        figures.value,
        figures.released_at,
        freshness.checked_at,
        freshness.fresh_until
    from neighbourhoods
    inner join figures
        on
            neighbourhoods.neighbourhood_code = figures.region_code
            and figures.edition_year >= neighbourhoods.unchanged_since
    inner join dictionary on figures.indicator_code = dictionary.indicator_code
    left join freshness on figures.feed = freshness.feed
    where figures.is_current and figures.feed = 'cbs.key_figures'
),

side_by_side as (
    select
        neighbourhood_code,
        {%- for column in indicators %}
        {{ figure_of(column.name) }}::{{ column.data_type }} as {{ column.name }},
        {%- endfor %}
        {%- for column in columns if column.name.endswith('_edition_year') %}
        min(case when theme_code = '{{ column.name | replace('_edition_year', '') }}' then edition_year end) as {{ column.name }},
        {%- endfor %}
        min(case when value is not null then period_end_date end) as period_end_date,
        min(checked_at) as checked_at,
        min(released_at) as released_at,
        min(fresh_until) as fresh_until
    from current_figures
    group by neighbourhood_code
)

select
    {%- for column in columns %}
    {{ 'neighbourhoods' if column.name in of_region else 'side_by_side' }}.{{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
from neighbourhoods
inner join side_by_side on neighbourhoods.neighbourhood_code = side_by_side.neighbourhood_code
