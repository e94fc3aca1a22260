{{ config(materialized='table') }}

with dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

-- A count or an amount grows with its period; a ratio, mean or median of half a month says something else than that of all of it.
relative as (
    select indicator_code
    from dictionary
    where numerator is not null or {{ is_match('indicator_code', '_(mean|median|p90)$') }}
),

with_ratios as (
    select
        every_figure.*,
        relative.indicator_code is not null and not every_figure.is_complete_period as is_too_early
    from {{ ref('int_indicators__with_ratios') }} as every_figure
    left join relative on every_figure.indicator_code = relative.indicator_code
),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }}),

filled as (
    select
        indicator_code,
        period,
        period_end_date,
        is_complete_period,
        count(value) as figure_count,
        count(case when region_level = 'neighbourhood' then value end) as neighbourhood_figure_count
    from with_ratios
    group by all
),

-- CBS fills an edition theme by theme, so the newest edition is not the current one of every indicator.
-- One edition holds for all levels, so that a neighbourhood is compared with its municipality in the same year:
-- an edition that has no neighbourhood yet gives way to one that has. A month that still runs is never current.
editions as (
    select
        indicator_code,
        period,
        figure_count,
        coalesce(max(case when figure_count > 0 then period_end_date end) over (partition by indicator_code) > period_end_date, false)
            as is_followed,
        row_number() over (
            partition by indicator_code
            order by
                case when figure_count > 0 and is_complete_period then 0 else 1 end,
                case when neighbourhood_figure_count > 0 then 0 else 1 end,
                period_end_date desc
        ) = 1
        and figure_count > 0
        and is_complete_period as is_current
    from filled
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
    {{ figure_columns('with_ratios', {
        'value': 'case when not with_ratios.is_too_early then with_ratios.value end',
        'lower_bound': 'case when not with_ratios.is_too_early then with_ratios.lower_bound end',
        'upper_bound': 'case when not with_ratios.is_too_early then with_ratios.upper_bound end',
        'status': "case
        when not with_ratios.is_complete_period then 'provisional'
        else coalesce(with_ratios.status, deliveries.figures_status, 'unknown')
    end",
        'missing_reason': "case
        when with_ratios.is_too_early then coalesce(with_ratios.missing_reason, 'running')
        when with_ratios.value is not null then null
        when with_ratios.missing_reason is not null then with_ratios.missing_reason
        -- A figure on which an own register has no data could not be computed.
        when with_ratios.period_type = 'month' then 'impossible'
        when with_ratios.numerator is not null and with_ratios.denominator = 0 then 'impossible'
        -- A year of before the first with figures is not to come any more.
        when editions.figure_count = 0 and not editions.is_followed then 'not_yet_published'
        else 'unknown'
    end",
    }) }},
    with_ratios.numerator,
    with_ratios.denominator,
    with_ratios.denominator_period,
    editions.is_current,
    deliveries.released_at,
    with_ratios.denominator_feed,
    with_ratios.denominator_delivery_id,
    denominator_deliveries.released_at as denominator_released_at
from with_ratios
inner join editions
    on with_ratios.indicator_code = editions.indicator_code and with_ratios.period = editions.period
left join deliveries
    on
        with_ratios.feed = deliveries.feed
        and with_ratios.delivery_id = deliveries.delivery_id
        and with_ratios.edition_year is not distinct from deliveries.edition_year
left join denominator_deliveries
    on
        with_ratios.denominator_feed = denominator_deliveries.feed
        and with_ratios.denominator_delivery_id = denominator_deliveries.delivery_id
