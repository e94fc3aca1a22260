{{ config(materialized='view') }}

with figures as (select * from {{ ref('fct_indicator_values') }}),

-- Trees may be shown as long as their register is fresh, trees per inhabitant as long as CBS is as well.
final as (
    select
        region_code,
        region_level,
        period,
        period_end_date,
        max(case when indicator_code = 'tree_count' then value end) as tree_count,
        max(case when indicator_code = 'trees_per_1000' then value end) as trees_per_1000,
        min(case when denominator_feed is null then checked_at end) as trees_checked_at,
        min(case when denominator_feed is null then released_at end) as trees_released_at,
        min(case when denominator_feed is null then fresh_until end) as trees_fresh_until,
        min(case when denominator_feed is not null then checked_at end) as key_figures_checked_at,
        min(case when denominator_feed is not null then released_at end) as key_figures_released_at,
        min(case when denominator_feed is not null then fresh_until end) as key_figures_fresh_until,
        min(checked_at) as checked_at,
        min(released_at) as released_at,
        min(fresh_until) as fresh_until
    from figures
    where feed = 'greenery.trees'
    group by all
)

select * from final
