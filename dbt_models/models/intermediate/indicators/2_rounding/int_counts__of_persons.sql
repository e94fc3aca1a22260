{{ config(materialized='table') }}

{# The models of own registers that count persons. Not int_indicators__unioned: that one changes with every feed. #}
{% set figures = [
    'int_self_sufficiency__register_figures',
    'int_social_domain__register_figures',
    'int_early_childhood__figures',
    'int_sport__figures',
] %}

with figures as (
    {% for model in figures %}
    select
        region_code,
        region_level,
        indicator_code,
        period,
        value
    from {{ ref(model) }}
    {% if not loop.last %} union all {% endif %}
    {% endfor %}
),

rules as (select * from {{ ref('counts_of_persons') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }})

select
    figures.region_code,
    figures.indicator_code,
    figures.period,
    figures.value::integer as persons_count,
    rules.part_of,
    dictionary.aggregation = 'sum' as is_additive,
    -- At finer levels only the amounts and durations that relate to these persons are published.
    dictionary.finest_level <> 'municipality' or figures.region_level = 'municipality' as is_published
from figures
inner join rules on figures.indicator_code = rules.indicator_code
inner join dictionary on figures.indicator_code = dictionary.indicator_code
where rules.contributors is null and figures.value is not null
