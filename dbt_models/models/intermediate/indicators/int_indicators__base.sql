{{ config(materialized='table') }}

{# Every model that fills indicators is one line here; all have the columns below. #}
{% set figures = [
    'int_indicators__key_figures',
    'int_indicators__reports',
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

with dictionary as (select * from {{ ref('indicators') }}),

delivered as (
    {% for model in figures %}
    select
        region_code,
        region_vintage,
        region_level,
        indicator_code,
        edition_year,
        period_type,
        period,
        period_start_date,
        period_end_date,
        is_complete_period,
        value,
        lower_bound,
        upper_bound,
        status,
        missing_reason,
        feed,
        delivery_id
    from {{ ref(model) }}
    {% if not loop.last %} union all {% endif %}
    {% endfor %}
),

-- In an own register a count below the limit could be traced to persons.
judged as (
    select
        delivered.*,
        dictionary.rounding,
        coalesce(delivered.value > 0 and delivered.value < dictionary.secret_below, false) as is_secret
    from delivered
    inner join dictionary on delivered.indicator_code = dictionary.indicator_code
),

-- A supplier that rounds does so up or down by at most a whole step.
base as (
    select
        region_code,
        region_vintage,
        region_level,
        indicator_code,
        edition_year,
        period_type,
        period,
        period_start_date,
        period_end_date,
        is_complete_period,
        case when not is_secret then value end as value,
        -- Not greatest(): it passes over what is unknown, and would bound figures that nobody rounded or that are not there.
        case
            when is_secret then null
            when lower_bound is not null then lower_bound
            when value >= rounding then value - rounding
            when value < rounding then 0
        end as lower_bound,
        case when not is_secret then coalesce(upper_bound, value + rounding) end as upper_bound,
        status,
        case when is_secret then 'secret' else missing_reason end as missing_reason,
        feed,
        delivery_id
    from judged
)

select * from base
