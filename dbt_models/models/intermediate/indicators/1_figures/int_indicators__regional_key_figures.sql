{% set indicators = {
    'cbs.regional_key_figures': {
        'population_80_plus_of_municipality_count': 'population_80_plus_count',
    },
} %}

with regions as (select * from {{ ref('int_regions__vintages') }}),

delivered_figures as (
    select *
    from {{ ref('stg_cbs__regional_key_figures') }}
    where region_level in ('country', 'municipality')
),

-- Of other municipalities as many years as of the key figures, which they are compared by.
regional as (
    select *
    from delivered_figures
    where
        figures_year > (select max(newest.figures_year) - 4 from delivered_figures as newest)
        or not {{ is_elsewhere('delivered_figures') }}
)

{{ figures_of('regional', indicators, dict(in_year('figures_year'), status='status')) }}
