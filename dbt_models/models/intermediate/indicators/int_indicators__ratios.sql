with base as (select * from {{ ref('int_indicators__with_areas') }}),

dictionary as (select * from {{ ref('indicators') }}),

ratios as (
    select
        ratio.indicator_code,
        ratio.numerator as numerator_code,
        ratio.denominator as denominator_code,
        ratio.factor,
        denominator.source_feed as denominator_feed,
        denominator.source_feed = ratio.source_feed as is_same_feed
    from dictionary as ratio
    inner join dictionary as denominator on ratio.denominator = denominator.indicator_code
),

denominators as (
    select
        indicator_code,
        region_code,
        period,
        value,
        lower_bound,
        upper_bound,
        missing_reason,
        delivery_id
    from base
    where indicator_code in (select denominator_code from ratios)
),

-- A count of another feed is divided by that of the same period, or else by the newest one of the region.
newest_denominators as (
    select
        indicator_code,
        region_code,
        value,
        lower_bound,
        upper_bound,
        delivery_id
    from base
    where
        value is not null
        and is_complete_period
        and indicator_code in (select denominator_code from ratios where not is_same_feed)
    qualify row_number() over (partition by indicator_code, region_code order by period_end_date desc) = 1
),

parts as (
    select
        numerators.region_code,
        numerators.region_vintage,
        numerators.region_level,
        ratios.indicator_code,
        numerators.edition_year,
        numerators.period_type,
        numerators.period,
        numerators.period_start_date,
        numerators.period_end_date,
        numerators.is_complete_period,
        ratios.factor,
        numerators.value as numerator,
        coalesce(numerators.lower_bound, numerators.value) as numerator_lower,
        coalesce(numerators.upper_bound, numerators.value) as numerator_upper,
        coalesce(denominators.value, newest_denominators.value) as denominator,
        coalesce(denominators.lower_bound, newest_denominators.lower_bound) as denominator_lower,
        coalesce(denominators.upper_bound, newest_denominators.upper_bound) as denominator_upper,
        numerators.lower_bound is not null
        or coalesce(denominators.lower_bound, newest_denominators.lower_bound) is not null as has_bounds,
        numerators.status,
        case
            when numerators.value is null then numerators.missing_reason
            when coalesce(denominators.value, newest_denominators.value) is null then denominators.missing_reason
        end as missing_reason,
        numerators.feed,
        numerators.delivery_id,
        -- Without a denominator nothing of its feed is shown, and its clocks say nothing of the row.
        case
            when not ratios.is_same_feed and coalesce(denominators.value, newest_denominators.value) is not null
                then ratios.denominator_feed
        end as denominator_feed,
        case
            when ratios.is_same_feed then null
            when denominators.value is not null then denominators.delivery_id
            else newest_denominators.delivery_id
        end as denominator_delivery_id
    from ratios
    inner join base as numerators on ratios.numerator_code = numerators.indicator_code
    left join denominators
        on
            ratios.denominator_code = denominators.indicator_code
            and numerators.region_code = denominators.region_code
            and numerators.period = denominators.period
    left join newest_denominators
        on
            ratios.denominator_code = newest_denominators.indicator_code
            and numerators.region_code = newest_denominators.region_code
),

computed as (
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
        factor * numerator / nullif(denominator, 0) as value,
        case when has_bounds then factor * numerator_lower / nullif(coalesce(denominator_upper, denominator), 0) end
            as lower_bound,
        case when has_bounds then factor * numerator_upper / nullif(coalesce(denominator_lower, denominator), 0) end
            as upper_bound,
        status,
        missing_reason,
        feed,
        delivery_id,
        denominator_feed,
        denominator_delivery_id
    from parts
)

select * from computed
