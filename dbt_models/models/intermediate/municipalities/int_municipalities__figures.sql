{{ config(materialized='table', access='protected') }}

with regions as (select * from {{ ref('int_regions__vintages') }}),

unioned as (
    select *
    from {{ ref('int_indicators__unioned') }} as every_figure
    where {{ is_elsewhere('every_figure') }}
),

own as (
    select
        indicator_code,
        period_type,
        period,
        period_start_date,
        denominator_period,
        is_current
    from {{ ref('int_indicators__final') }}
    where region_level = 'municipality' and region_code = '{{ var('municipality_code') }}'
),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }}),

-- Compared are the current period of the own municipality, and the same one a year before.
compared as (
    select
        own.indicator_code,
        own.period,
        own.denominator_period,
        own.is_current
    from own
    inner join own as newest
        on own.indicator_code = newest.indicator_code and own.period_type = newest.period_type and newest.is_current
    where
        own.is_current
        or own.period_start_date = make_date(
            year(newest.period_start_date) - 1, month(newest.period_start_date), day(newest.period_start_date)
        )
),

-- The weight of a share is needed in its period as well, for its noise.
needed as (
    select
        indicator_code,
        period,
        bool_or(is_current) as is_current
    from (
        select
            indicator_code,
            period,
            is_current
        from compared
        union all
        select
            dictionary.weight as indicator_code,
            compared.period,
            false as is_current
        from compared
        inner join dictionary on compared.indicator_code = dictionary.indicator_code
        where dictionary.weight is not null
    ) as every_need
    group by indicator_code, period
),

counted as (
    select
        {{ figure_columns('unioned') }},
        null::double as numerator,
        null::double as denominator,
        null::string as denominator_feed,
        null::string as denominator_delivery_id,
        needed.is_current
    from unioned
    inner join needed on unioned.indicator_code = needed.indicator_code and unioned.period = needed.period
),

-- A ratio divides by the denominator of the period by which that of the own municipality divides.
ratios as (
    select
        {{ figure_columns('numerators', {
            'indicator_code': 'dictionary.indicator_code',
            'value': 'dictionary.factor * numerators.value / nullif(denominators.value, 0)',
            'lower_bound': 'case when coalesce(numerators.lower_bound, denominators.lower_bound) is not null
            then dictionary.factor * coalesce(numerators.lower_bound, numerators.value)
                / nullif(coalesce(denominators.upper_bound, denominators.value), 0)
        end',
            'upper_bound': 'case when coalesce(numerators.upper_bound, denominators.upper_bound) is not null
            then dictionary.factor * coalesce(numerators.upper_bound, numerators.value)
                / nullif(coalesce(denominators.lower_bound, denominators.value), 0)
        end',
        }) }},
        numerators.value as numerator,
        denominators.value as denominator,
        case when denominators.feed <> numerators.feed then denominators.feed end as denominator_feed,
        case when denominators.feed <> numerators.feed then denominators.delivery_id end as denominator_delivery_id,
        compared.is_current
    from compared
    inner join dictionary on compared.indicator_code = dictionary.indicator_code
    inner join unioned as numerators
        on dictionary.numerator = numerators.indicator_code and compared.period = numerators.period
    inner join unioned as denominators
        on
            dictionary.denominator = denominators.indicator_code
            and numerators.region_code = denominators.region_code
            and compared.denominator_period = denominators.period
),

figures as (
    select * from counted
    union all
    select * from ratios
),

denominator_deliveries as (
    select
        feed,
        delivery_id,
        min(released_at) as released_at
    from deliveries
    group by feed, delivery_id
)

select
    {{ figure_columns('figures', {
        'status': "coalesce(figures.status, deliveries.figures_status, 'unknown')",
        'missing_reason': "case when figures.value is null then coalesce(figures.missing_reason, 'unknown') end",
    }) }},
    figures.numerator,
    figures.denominator,
    figures.is_current,
    deliveries.released_at,
    figures.denominator_feed,
    denominator_deliveries.released_at as denominator_released_at
from figures
left join deliveries
    on
        figures.feed = deliveries.feed
        and figures.delivery_id = deliveries.delivery_id
        and figures.edition_year is not distinct from deliveries.edition_year
left join denominator_deliveries
    on
        figures.denominator_feed = denominator_deliveries.feed
        and figures.denominator_delivery_id = denominator_deliveries.delivery_id
