with trees as (select * from {{ ref('stg_greenery__trees') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

by_region as (
    select
        parts.region_code,
        parts.region_vintage,
        parts.region_level,
        trees.month_start_date,
        trees.month_end_date,
        trees.delivery_id,
        sum(trees.tree_count) as tree_count
    from trees
    inner join parts on trees.neighbourhood_code = parts.neighbourhood_code
    group by all
),

figures as (
    select
        by_region.region_code,
        by_region.region_vintage,
        by_region.region_level,
        dictionary.indicator_code,
        null::integer as edition_year,
        'month' as period_type,
        strftime(by_region.month_start_date, '%Y-%m') as period,
        by_region.month_start_date as period_start_date,
        by_region.month_end_date as period_end_date,
        true as is_complete_period,
        (case dictionary.indicator_code
            when 'tree_count' then by_region.tree_count
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        null::varchar as status,
        null::varchar as missing_reason,
        'greenery.trees' as feed,
        by_region.delivery_id
    from by_region
    inner join dictionary on dictionary.source_feed = 'greenery.trees' and dictionary.numerator is null
)

select * from figures
