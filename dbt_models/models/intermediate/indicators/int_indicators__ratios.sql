with base as (select * from {{ ref('int_indicators__base') }}),

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
        value
    from base
    where indicator_code in (select denominator_code from ratios)
),

-- A monthly count is divided by the newest yearly figure of the region, whatever the month.
newest_denominators as (
    select
        indicator_code,
        region_code,
        value
    from base
    where
        value is not null
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
        case when ratios.is_same_feed then denominators.value else newest_denominators.value end as denominator,
        numerators.feed,
        numerators.delivery_id,
        -- Without a denominator nothing of its feed is shown, and its clocks say nothing of the row.
        case
            when not ratios.is_same_feed and newest_denominators.value is not null then ratios.denominator_feed
        end as denominator_feed
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
        *,
        factor * numerator / nullif(denominator, 0) as value
    from parts
)

select * from computed
