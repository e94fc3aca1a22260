with base as (select * from {{ ref('int_indicators__with_areas') }}),

ratios as (select * from {{ ref('int_indicators__ratios') }}),

measured as (
    select
        {{ figure_columns('base') }},
        null::double as numerator,
        null::double as denominator,
        null::varchar as denominator_period,
        base.denominator_feed,
        base.denominator_delivery_id
    from base
    union all
    select
        {{ figure_columns('ratios') }},
        ratios.numerator,
        ratios.denominator,
        ratios.denominator_period,
        ratios.denominator_feed,
        ratios.denominator_delivery_id
    from ratios
)

select * from measured
