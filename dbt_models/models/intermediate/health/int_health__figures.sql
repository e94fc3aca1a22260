{{ config(materialized='table', access='protected', meta={'by_contract': ['rivm.health']}) }}

with health as (select * from {{ ref('stg_rivm__health') }}),

delivered as ({{ indicators_of(['rivm.health']) }}),

figures_and_bounds as (
    select
        health.margin,
        health.region_code,
        health.region_level,
        delivered.indicator_code,
        health.edition_year,
        health.period_type,
        health.period,
        health.period_start_date,
        health.period_end_date,
        health.status,
        delivered.source_feed as feed,
        health.delivery_id,
        ({{ indicator_case({}, 'health', by_contract=['rivm.health']) }})::double as figure
    from health
    cross join delivered
),

estimates as (
    select
        region_code,
        region_level,
        indicator_code,
        edition_year,
        period_type,
        period,
        period_start_date,
        period_end_date,
        status,
        feed,
        delivery_id,
        max(case when margin = 'estimate' then figure end) as value,
        max(case when margin = 'lower' then figure end) as lower_bound,
        max(case when margin = 'upper' then figure end) as upper_bound
    from figures_and_bounds
    group by all
),

-- Every table repeats the surveys before it, on newer borders and without the columns that were dropped.
newest as (
    select *
    from estimates
    qualify
        row_number() over (
            partition by region_code, indicator_code, period
            order by case when value is null then 1 else 0 end, edition_year desc
        ) = 1
),

-- A question that a survey did not ask has no row, instead of a missing figure.
asked as (
    select *
    from newest
    qualify max(value) over (partition by indicator_code, period) is not null
)

-- A table says on the borders of which year it stands.
select
    {{ figure_columns('asked', {
        'region_vintage': 'asked.edition_year',
        'is_complete_period': 'true',
        'missing_reason': 'null::string',
    }) }}
from asked
