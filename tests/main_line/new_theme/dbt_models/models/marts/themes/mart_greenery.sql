{{ config(materialized='view') }}

with figures as (select * from {{ ref('fct_indicator_values') }}),

final as (
    select
        region_code,
        region_level,
        period,
        max(case when indicator_code = 'tree_count' then value end) as tree_count,
        max(case when indicator_code = 'trees_per_1000' then value end) as trees_per_1000,
        min(checked_at) as checked_at,
        min(fresh_until) as fresh_until
    from figures
    where feed = 'greenery.trees'
    group by all
)

select * from final
