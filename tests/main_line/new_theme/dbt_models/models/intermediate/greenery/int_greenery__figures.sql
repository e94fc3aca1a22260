{% set indicators = {'greenery.trees': {'tree_count': 'tree_count'}} %}

with by_region as (
    select
        parts.region_code,
        parts.region_level,
        trees.reference_date,
        trees.delivery_id,
        sum(trees.tree_count) as tree_count
    from {{ ref('stg_greenery__trees') }} as trees
    inner join {{ ref('int_regions__parts') }} as parts on trees.neighbourhood_code = parts.neighbourhood_code
    group by all
)

{{ figures_of('by_region', indicators, in_month_of('reference_date')) }}
