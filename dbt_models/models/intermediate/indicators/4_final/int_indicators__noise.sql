{{ config(materialized='table') }}

with figures as (
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
        is_current,
        feed,
        delivery_id,
        released_at,
        denominator_feed,
        denominator_delivery_id,
        denominator_released_at,
        false as is_of_other_municipality
    from {{ ref('int_indicators__final') }}
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
        null::string as denominator_period,
        value,
        lower_bound,
        upper_bound,
        status,
        missing_reason,
        is_current,
        feed,
        delivery_id,
        released_at,
        denominator_feed,
        null::string as denominator_delivery_id,
        denominator_released_at,
        true as is_of_other_municipality
    from {{ ref('int_municipalities__figures') }}
),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

-- A counted quantity varies by chance: a count itself, or the numerator of a rate; also persons who are counted once in
-- every area in which they live, so that the areas do not add up. Of a share or rate that a supplier delivers, what it is
-- weighed with is the group that it is of.
indicators as (
    select
        dictionary.indicator_code,
        dictionary.unit = 'count' and dictionary.aggregation <> 'weighted_mean' as is_count,
        coalesce(counted.unit = 'count', false) as is_rate_of_count,
        coalesce(dictionary.factor, case dictionary.unit when 'pct' then 100 when 'per_1000' then 1000 end) as factor,
        grouped.indicator_code as group_code
    from dictionary
    left join dictionary as counted on dictionary.numerator = counted.indicator_code
    left join dictionary as grouped
        on
            dictionary.numerator is null
            and dictionary.unit in ('pct', 'per_1000')
            and dictionary.weight = grouped.indicator_code
            and dictionary.source_feed = grouped.source_feed
            and grouped.unit = 'count'
),

groups as (
    select
        region_code,
        indicator_code,
        period,
        value
    from figures
    where indicator_code in (select group_code from indicators)
),

events as (
    select
        figures.*,
        indicators.is_count,
        indicators.factor,
        case
            when figures.value is null then null
            when indicators.is_count then figures.value
            when indicators.is_rate_of_count then figures.numerator
            else figures.value * groups.value / indicators.factor
        end as events,
        coalesce(groups.value, figures.denominator) as group_size
    from figures
    left join indicators on figures.indicator_code = indicators.indicator_code
    left join groups
        on
            indicators.group_code = groups.indicator_code
            and figures.region_code = groups.region_code
            and figures.period = groups.period
),

counted as (
    select
        *,
        case when is_count then 1 else factor / nullif(group_size, 0) end as scale,
        -- A share of a group: no person counts twice, so it lies between 0 and 1.
        case when factor = 100 and group_size > 0 and events between 0 and group_size then events / group_size end as share
    from events
),

-- 95%: Wilson's score interval of a share, Byar's approximation of the Poisson interval of any other count.
chance as (
    select
        *,
        case
            when share is not null
                then
                    100 * (share + 1.9208 / group_size
                        - 1.96 * sqrt(share * (1 - share) / group_size + 0.9604 / (group_size * group_size)))
                    / (1 + 3.8416 / group_size)
            when events = 0 then 0
            when events > 0 then scale * events * power(1 - 1 / (9 * events) - 1.96 / (3 * sqrt(events)), 3)
        end as chance_lower,
        case
            when share is not null
                then
                    100 * (share + 1.9208 / group_size
                        + 1.96 * sqrt(share * (1 - share) / group_size + 0.9604 / (group_size * group_size)))
                    / (1 + 3.8416 / group_size)
            when events >= 0
                then scale * (events + 1) * power(1 - 1 / (9 * (events + 1)) + 1.96 / (3 * sqrt(events + 1)), 3)
        end as chance_upper
    from counted
),

-- Chance and the supplier's rounding have nothing to do with each other: their widths add up as squares.
widened as (
    select
        *,
        case
            when coalesce(chance_lower, lower_bound) is not null
                then value - sqrt(
                    power(value - coalesce(chance_lower, value), 2) + power(value - coalesce(lower_bound, value), 2)
                )
        end as widened_lower,
        case
            when coalesce(chance_upper, upper_bound) is not null
                then value + sqrt(
                    power(coalesce(chance_upper, value) - value, 2) + power(coalesce(upper_bound, value) - value, 2)
                )
        end as widened_upper
    from chance
)

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
    case when chance_lower is not null then greatest(widened_lower, 0) else widened_lower end as noise_lower,
    case when share is not null then least(widened_upper, 100) else widened_upper end as noise_upper,
    status,
    missing_reason,
    is_current,
    feed,
    delivery_id,
    released_at,
    denominator_feed,
    denominator_delivery_id,
    denominator_released_at,
    is_of_other_municipality
from widened
