{{ config(materialized='table') }}

with figures as (select * from {{ ref('int_neighbourhoods__current_figures') }}),

classes as (select * from {{ ref('int_neighbourhoods__classes') }}),

chosen as (select * from {{ ref('peer_groups') }}),

-- Two kinds of peers: who is of the same classes, and whom the municipality chose, one by one or by municipality.
groups as (
    select
        neighbourhood_code,
        'class' as peer_kind,
        urbanity_class || ' / ' || size_class as peer_group
    from classes
    where urbanity_class is not null and size_class is not null
    union all
    select
        neighbourhood_code,
        'chosen' as peer_kind,
        municipality_code as peer_group
    from classes
),

members as (
    select
        neighbourhood_code,
        peer_kind,
        peer_group
    from groups
    where peer_kind = 'class'
    union all
    select distinct
        classes.neighbourhood_code,
        'chosen' as peer_kind,
        chosen.municipality_code as peer_group
    from chosen
    inner join classes on chosen.peer_region_code in (classes.neighbourhood_code, classes.municipality_code)
),

-- A weight is that of now: it serves to weigh means and shares whose numerator is not delivered.
measured as (
    select
        members.peer_kind,
        members.peer_group,
        members.neighbourhood_code,
        figures.indicator_code,
        figures.factor,
        figures.weight,
        figures.value,
        figures.numerator,
        figures.denominator,
        case when figures.weight is not null then weights.value end as weighed_by,
        -- The weights of a ratio are its own denominators.
        case when figures.factor is null and weights.feed <> figures.feed then weights.feed end as weight_feed,
        weights.released_at as weight_released_at,
        row_number() over (
            partition by members.peer_kind, members.peer_group, figures.indicator_code
            order by figures.value, members.neighbourhood_code
        ) as place
    from members
    inner join figures on members.neighbourhood_code = figures.neighbourhood_code
    left join figures as weights
        on figures.weight = weights.indicator_code and figures.neighbourhood_code = weights.neighbourhood_code
    where figures.value is not null
),

totals as (
    select
        peer_kind,
        peer_group,
        indicator_code,
        max(factor) as factor,
        max(weight) as weight,
        count(*) as member_count,
        {{ exact_sum('numerator') }} as numerator,
        {{ exact_sum('denominator') }} as denominator,
        {{ exact_sum('value * weighed_by') }} as weighed,
        {{ exact_sum('weighed_by') }} as weights,
        max(weight_feed) as weight_feed,
        min(case when weight_feed is not null then weight_released_at end) as weight_released_at
    from measured
    group by peer_kind, peer_group, indicator_code
),

-- Nobody is a peer of itself: its own part leaves the sums, and its own place the row from small to large.
without_itself as (
    select
        groups.neighbourhood_code,
        groups.peer_kind,
        groups.peer_group,
        totals.indicator_code,
        totals.factor,
        totals.weight,
        totals.member_count - case when own.place is null then 0 else 1 end as peer_count,
        totals.numerator - coalesce(own.numerator, 0) as numerator,
        totals.denominator - coalesce(own.denominator, 0) as denominator,
        totals.weighed - coalesce(own.value * own.weighed_by, 0) as weighed,
        totals.weights - coalesce(own.weighed_by, 0) as weights,
        own.place as own_place,
        totals.weight_feed,
        totals.weight_released_at
    from groups
    inner join totals on groups.peer_kind = totals.peer_kind and groups.peer_group = totals.peer_group
    left join measured as own
        on
            groups.neighbourhood_code = own.neighbourhood_code
            and groups.peer_kind = own.peer_kind
            and groups.peer_group = own.peer_group
            and totals.indicator_code = own.indicator_code
),

-- The middle of an odd number is one place, that of an even number two.
middles as (
    select
        *,
        floor((peer_count + 1) / 2.0) + case when floor((peer_count + 1) / 2.0) >= own_place then 1 else 0 end
            as lower_middle,
        floor((peer_count + 2) / 2.0) + case when floor((peer_count + 2) / 2.0) >= own_place then 1 else 0 end
            as upper_middle
    from without_itself
)

-- A ratio is computed from sums, a mean is weighed, and of anything else the middle neighbourhood counts.
select
    middles.neighbourhood_code,
    middles.indicator_code,
    middles.peer_kind,
    middles.peer_count,
    case
        -- Fewer say more of themselves than of anybody's peers.
        when middles.peer_count < 5 then null
        when middles.factor is not null then middles.factor * middles.numerator / nullif(middles.denominator, 0)
        when middles.weight is not null then middles.weighed / nullif(middles.weights, 0)
        else (lower_members.value + upper_members.value) / 2
    end as value,
    middles.weight_feed,
    middles.weight_released_at
from middles
left join measured as lower_members
    on
        middles.peer_kind = lower_members.peer_kind
        and middles.peer_group = lower_members.peer_group
        and middles.indicator_code = lower_members.indicator_code
        and middles.lower_middle = lower_members.place
left join measured as upper_members
    on
        middles.peer_kind = upper_members.peer_kind
        and middles.peer_group = upper_members.peer_group
        and middles.indicator_code = upper_members.indicator_code
        and middles.upper_middle = upper_members.place
