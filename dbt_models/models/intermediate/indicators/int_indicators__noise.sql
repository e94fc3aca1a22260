with figures as (select * from {{ ref('int_indicators__values') }}),

dictionary as (select * from {{ ref('indicators') }}),

-- What is counted varies by chance: a count itself, or the numerator of a rate; also persons who are counted once in
-- every area in which they live, so that the areas do not add up.
indicators as (
    select
        dictionary.indicator_code,
        dictionary.factor,
        dictionary.unit = 'count' as is_count,
        coalesce(counted.unit = 'count', false) as is_rate_of_count
    from dictionary
    left join dictionary as counted on dictionary.numerator = counted.indicator_code
),

counted as (
    select
        figures.*,
        case
            when indicators.is_count then figures.value
            when indicators.is_rate_of_count then figures.numerator
        end as events,
        case when indicators.is_count then 1 else indicators.factor / nullif(figures.denominator, 0) end as scale,
        -- A share of a group: nobody counts twice, so it lies between 0 and 1.
        case
            when
                indicators.is_rate_of_count
                and indicators.factor = 100
                and figures.denominator > 0
                and figures.numerator between 0 and figures.denominator
                then figures.numerator / figures.denominator
        end as share
    from figures
    left join indicators on figures.indicator_code = indicators.indicator_code
),

-- 95%: Wilson's score interval of a share, Byar's approximation of the Poisson interval of any other count.
chance as (
    select
        *,
        case
            when share is not null
                then
                    100 * (share + 1.9208 / denominator
                        - 1.96 * sqrt(share * (1 - share) / denominator + 0.9604 / (denominator * denominator)))
                    / (1 + 3.8416 / denominator)
            when events = 0 then 0
            when events > 0 then scale * events * power(1 - 1 / (9 * events) - 1.96 / (3 * sqrt(events)), 3)
        end as chance_lower,
        case
            when share is not null
                then
                    100 * (share + 1.9208 / denominator
                        + 1.96 * sqrt(share * (1 - share) / denominator + 0.9604 / (denominator * denominator)))
                    / (1 + 3.8416 / denominator)
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
),

noise as (
    select
        region_code,
        region_vintage,
        region_level,
        indicator_code,
        period_type,
        period,
        period_start_date,
        period_end_date,
        is_complete_period,
        numerator,
        denominator,
        value,
        case when chance_lower is not null then greatest(widened_lower, 0) else widened_lower end as noise_lower,
        case when share is not null then least(widened_upper, 100) else widened_upper end as noise_upper,
        status,
        missing_reason,
        is_current,
        feed,
        released_at,
        denominator_feed,
        denominator_released_at
    from widened
)

select * from noise
