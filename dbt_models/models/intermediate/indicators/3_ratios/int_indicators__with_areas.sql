with figures as (select * from {{ ref('int_indicators__rounded') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

own_areas as (select * from {{ ref('own_areas') }}),

sizes as (select area_code, count(*) as neighbourhood_count from own_areas group by all),

-- Own registers are counted per area already.
counted as (select distinct indicator_code from figures where region_level = 'area'),

additive as (
    select
        dictionary.indicator_code,
        dictionary.weight,
        dictionary.aggregation = 'sum' as is_sum,
        case when weighing.source_feed <> dictionary.source_feed then weighing.source_feed end as weight_feed
    from dictionary
    left join dictionary as weighing on dictionary.weight = weighing.indicator_code
    where
        dictionary.numerator is null
        and (dictionary.aggregation = 'sum' or (dictionary.aggregation = 'weighted_mean' and dictionary.weight is not null))
        and dictionary.indicator_code not in (select indicator_code from counted)
),

weights as (
    select
        region_code,
        indicator_code,
        period,
        value,
        delivery_id
    from figures
    where region_level = 'neighbourhood' and indicator_code in (select weight from additive)
),

-- Where nothing is to be weighed, as in a neighbourhood without dwellings, a mean need not be known.
members as (
    select
        own_areas.area_code,
        sizes.neighbourhood_count,
        figures.*,
        case when additive.is_sum then 1.0 else weights.value end as member_weight,
        additive.is_sum,
        additive.weight_feed,
        case when additive.weight_feed is not null then weights.delivery_id end as weight_delivery_id
    from own_areas
    inner join sizes on own_areas.area_code = sizes.area_code
    inner join figures on own_areas.neighbourhood_code = figures.region_code
    inner join additive on figures.indicator_code = additive.indicator_code
    left join weights
        on
            additive.weight = weights.indicator_code
            and figures.region_code = weights.region_code
            and figures.period = weights.period
),

summed as (
    select
        area_code as region_code,
        max(region_vintage) as region_vintage,
        'area' as region_level,
        indicator_code,
        edition_year,
        period_type,
        period,
        period_start_date,
        period_end_date,
        is_complete_period,
        count(case when member_weight = 0 or (member_weight is not null and value is not null) then 1 end)
        = max(neighbourhood_count) as is_known,
        {{ exact_sum('member_weight * case when member_weight = 0 then 0 else value end') }} as total,
        coalesce(max(case when is_sum then 1 end), nullif({{ exact_sum('member_weight') }}, 0)) as divisor,
        -- A neighbourhood whose figure is not rounded is sure.
        count(lower_bound) > 0 as has_bounds,
        {{ exact_sum('member_weight * case when member_weight = 0 then 0 else coalesce(lower_bound, value) end') }} as lower_total,
        {{ exact_sum('member_weight * case when member_weight = 0 then 0 else coalesce(upper_bound, value) end') }} as upper_total,
        max(status) as status,
        max(case when value is null then missing_reason end) as missing_reason,
        feed,
        delivery_id,
        max(case when weight_delivery_id is not null then weight_feed end) as weight_feed,
        min(weight_delivery_id) as weight_delivery_id
    from members
    group by all
    having count(*) = max(neighbourhood_count)
),

areas as (
    select
        {{ figure_columns('summed', {
            'value': 'case when summed.is_known then summed.total / summed.divisor end',
            'lower_bound': 'case when summed.is_known and summed.has_bounds then summed.lower_total / summed.divisor end',
            'upper_bound': 'case when summed.is_known and summed.has_bounds then summed.upper_total / summed.divisor end',
            'missing_reason': 'case when not summed.is_known then summed.missing_reason end',
        }) }},
        summed.weight_feed as denominator_feed,
        summed.weight_delivery_id as denominator_delivery_id
    from summed
)

select
    *,
    null::string as denominator_feed,
    null::string as denominator_delivery_id
from figures
union all
select * from areas
