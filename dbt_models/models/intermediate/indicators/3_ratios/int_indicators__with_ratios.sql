with with_areas as (select * from {{ ref('int_indicators__with_areas') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

persons as (select * from {{ ref('counts_of_persons') }}),

ratios as (
    select
        ratio.indicator_code,
        ratio.numerator as numerator_code,
        ratio.denominator as denominator_code,
        ratio.factor,
        denominator.source_feed as denominator_feed,
        denominator.source_feed = ratio.source_feed as is_same_feed,
        coalesce(numerator.part_of = ratio.denominator, false) as is_share
    from dictionary as ratio
    inner join dictionary as denominator on ratio.denominator = denominator.indicator_code
    left join persons as numerator on ratio.numerator = numerator.indicator_code
),

-- Of borders CBS tells where they moved below the municipality; that one and the country are the same while their code is.
figures as (
    select
        with_areas.*,
        case
            when with_areas.region_level not in ('country', 'municipality')
                then coalesce(regions.unchanged_since, with_areas.region_vintage)
        end as borders_since,
        12 * year(with_areas.period_start_date) + month(with_areas.period_start_date) as first_month,
        12 * year(with_areas.period_end_date) + month(with_areas.period_end_date) as last_month
    from with_areas
    left join regions
        on with_areas.region_code = regions.region_code and with_areas.region_vintage = regions.region_vintage
),

denominators as (
    select *
    from figures
    where indicator_code in (select denominator_code from ratios)
),

-- Each denominator counts for the periods that lie nearer to it than to the one before and the one after; of two that
-- are as near, the earlier. A period lies where its first and last month do on average: their sum is twice that. Never
-- null, since only plain comparisons are joined by hash; anything else tries every pair.
nearest_denominators as (
    select
        indicator_code,
        region_code,
        period,
        coalesce(lag(last_month) over denominator + first_month, 0) as counts_after,
        coalesce(last_month + lead(first_month) over denominator, 1000000) as counts_until
    from denominators
    where
        value is not null
        and is_complete_period
        and indicator_code in (select denominator_code from ratios where not is_same_feed)
    window denominator as (partition by indicator_code, region_code order by period_end_date)
),

-- A numerator is divided by the denominator of the same period; if that is of another feed, or else in the nearest one.
matched as (
    select
        ratios.factor,
        ratios.is_share,
        ratios.is_same_feed,
        ratios.denominator_code,
        ratios.denominator_feed,
        {{ figure_columns('numerators', {'indicator_code': 'ratios.indicator_code'}) }},
        numerators.borders_since,
        numerators.first_month,
        case
            when own.value is not null then own.period
            when not ratios.is_same_feed then nearest.period
        end as denominator_period,
        own.missing_reason as own_missing_reason
    from ratios
    inner join figures as numerators on ratios.numerator_code = numerators.indicator_code
    left join denominators as own
        on
            ratios.denominator_code = own.indicator_code
            and numerators.region_code = own.region_code
            and numerators.period = own.period
    left join nearest_denominators as nearest
        on
            ratios.denominator_code = nearest.indicator_code
            and numerators.region_code = nearest.region_code
            and numerators.first_month + numerators.last_month > nearest.counts_after
            and numerators.first_month + numerators.last_month <= nearest.counts_until
),

-- People within other borders did not live here: no ratio then.
parts as (
    select
        {{ figure_columns('matched', {
            'status': "case
            -- Not the last word: those of its own time may still come.
            when matched.first_month not between denominators.first_month and denominators.last_month then 'provisional'
            else matched.status
        end",
            'missing_reason': "case
            when matched.value is null then matched.missing_reason
            when denominators.value is not null then null
            when matched.denominator_period is not null then 'impossible'
            else matched.own_missing_reason
        end",
        }) }},
        matched.factor,
        matched.is_share,
        matched.value as numerator,
        coalesce(matched.lower_bound, matched.value) as numerator_lower,
        coalesce(matched.upper_bound, matched.value) as numerator_upper,
        denominators.period as denominator_period,
        denominators.value as denominator,
        coalesce(denominators.lower_bound, denominators.value) as denominator_lower,
        coalesce(denominators.upper_bound, denominators.value) as denominator_upper,
        matched.lower_bound is not null or denominators.lower_bound is not null as has_bounds,
        -- Without a denominator nothing of its feed is shown, and its clocks say nothing of the row.
        case when not matched.is_same_feed and denominators.value is not null then matched.denominator_feed end
            as denominator_feed,
        case when not matched.is_same_feed then denominators.delivery_id end as denominator_delivery_id
    from matched
    left join denominators
        on
            matched.denominator_code = denominators.indicator_code
            and matched.region_code = denominators.region_code
            and matched.denominator_period = denominators.period
            and matched.borders_since is not distinct from denominators.borders_since
)

select
    {{ figure_columns('figures') }},
    null::double as numerator,
    null::double as denominator,
    null::string as denominator_period,
    figures.denominator_feed,
    figures.denominator_delivery_id
from figures
union all
select
    {{ figure_columns('parts', {
        'value': 'parts.factor * parts.numerator / nullif(parts.denominator, 0)',
        'lower_bound': 'case
        when parts.has_bounds then parts.factor * parts.numerator_lower / nullif(parts.denominator_upper, 0)
    end',
        'upper_bound': 'case
        -- No part is more than its whole.
        when parts.is_share then least(
            parts.factor * parts.numerator_upper / nullif(parts.denominator_lower, 0), parts.factor
        )
        when parts.has_bounds then parts.factor * parts.numerator_upper / nullif(parts.denominator_lower, 0)
    end',
    }) }},
    parts.numerator,
    parts.denominator,
    parts.denominator_period,
    parts.denominator_feed,
    parts.denominator_delivery_id
from parts
