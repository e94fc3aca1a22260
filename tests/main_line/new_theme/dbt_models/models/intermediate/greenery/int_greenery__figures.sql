{% set indicators = {'greenery.trees': {'tree_count': 'tree_count'}} %}
{{ config(meta={'indicators': indicators}) }}

with trees as (select * from {{ ref('stg_greenery__trees') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

delivered as ({{ delivered_indicators(['greenery.trees']) }}),

by_region as (
    select
        parts.region_code,
        parts.region_vintage,
        parts.region_level,
        trees.month_start_date,
        trees.month_end_date,
        true as is_complete_month,
        trees.delivery_id,
        sum(trees.tree_count) as tree_count
    from trees
    inner join parts on trees.neighbourhood_code = parts.neighbourhood_code
    group by all
),

figures as (
    select
        {{ unpivoted_figures('by_region', indicators, in_month('by_region')) }}
    from by_region
    cross join delivered
)

select * from figures
