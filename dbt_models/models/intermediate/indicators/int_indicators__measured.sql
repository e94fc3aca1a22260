with base as (select * from {{ ref('int_indicators__with_areas') }}),

ratios as (select * from {{ ref('int_indicators__ratios') }}),

measured as (
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
        null::double as numerator,
        null::double as denominator,
        null::varchar as denominator_period,
        value,
        lower_bound,
        upper_bound,
        status,
        missing_reason,
        feed,
        delivery_id,
        denominator_feed,
        denominator_delivery_id
    from base
    union all
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
        numerator,
        denominator,
        denominator_period,
        value,
        lower_bound,
        upper_bound,
        status,
        missing_reason,
        feed,
        delivery_id,
        denominator_feed,
        denominator_delivery_id
    from ratios
)

select * from measured
