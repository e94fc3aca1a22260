{{ config(materialized='table') }}

{# Every model that fills indicators is one line here; all have the columns below. #}
{% set figures = [
    'int_indicators__key_figures',
    'int_indicators__regional_key_figures',
    'int_reports__figures',
    'int_safety__crime_figures',
    'int_safety__nuisance_figures',
    'int_health__figures',
    'int_self_sufficiency__benefit_figures',
    'int_self_sufficiency__register_figures',
    'int_facilities__figures',
    'int_social_domain__youth_care_figures',
    'int_social_domain__wmo_figures',
    'int_social_domain__provision_figures',
    'int_education__figures',
    'int_early_childhood__figures',
    'int_sport__figures',
    'int_vacancy__figures',
    'int_finance__figures',
    'int_organisation__figures',
    'int_social_domain__register_figures',
    'int_poverty__low_income_figures',
    'int_poverty__ses_woa_figures',
] %}

with dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

newest_regions as (select region_code, max(region_vintage) as region_vintage from regions group by region_code),

delivered as (
    {% for model in figures %}
    select
        {{ figure_columns(model) }}
    from {{ ref(model) }} as {{ model }}
    {% if not loop.last %} union all {% endif %}
    {% endfor %}
),

-- A supplier may round the figures of large regions, or of some editions, otherwise, or not at all.
rounded as (
    select
        delivered.*,
        nullif(coalesce(
            {{ step_in('delivered.edition_year') }},
            {{ step_in('delivered.region_level') }},
            dictionary.rounding
        ), 0) as step
    from delivered
    inner join dictionary on delivered.indicator_code = dictionary.indicator_code
),

bounded as (
    select
        *,
        -- Not greatest(): it passes over what is unknown, and would bound figures that are not rounded or not there.
        case
            when lower_bound is not null then lower_bound
            when value >= step then value - step
            when value < step then 0
        end as lower_step,
        coalesce(upper_bound, value + step) as upper_step
    from rounded
)

-- A supplier that rounds does so up or down by at most a whole step. A figure is on the borders of the year its supplier
-- names, or else on the newest that its region has.
select
    {{ figure_columns('bounded', {
        'region_vintage': 'coalesce(
            regions.region_vintage, newest_regions.region_vintage, bounded.region_vintage, bounded.edition_year,
            year(bounded.period_start_date)
        )::integer',
        'lower_bound': 'bounded.lower_step',
        'upper_bound': 'bounded.upper_step',
    }) }}
from bounded
left join regions on bounded.region_code = regions.region_code and bounded.region_vintage = regions.region_vintage
left join newest_regions on bounded.region_code = newest_regions.region_code
