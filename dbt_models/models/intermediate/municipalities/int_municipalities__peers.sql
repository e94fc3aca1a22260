with figures as (select * from {{ ref('int_municipalities__compared') }} where is_current),

chosen as (select * from {{ ref('peer_groups') }} where municipality_code = '{{ var('municipality_code') }}'),

own as (select * from figures where municipality_code = '{{ var('municipality_code') }}'),

members as (
    select
        'class' as peer_kind,
        figures.*
    from figures
    inner join own
        on
            figures.indicator_code = own.indicator_code
            and figures.size_class = own.size_class
            and figures.municipality_code <> own.municipality_code
    union all
    select
        'chosen' as peer_kind,
        figures.*
    from figures
    inner join chosen on figures.municipality_code = chosen.peer_region_code
    where figures.municipality_code <> '{{ var('municipality_code') }}'
),

-- A weight is that of now: it serves to weigh means and shares whose numerator is not delivered.
weighed as (
    select
        members.*,
        weights.value as weighed_by,
        case when members.factor is null and weights.feed <> members.feed then weights.feed end as weight_feed,
        weights.released_at as weight_released_at
    from members
    left join figures as weights
        on members.weight = weights.indicator_code and members.municipality_code = weights.municipality_code
    where members.value is not null
)

-- A ratio is computed from sums, a mean is weighed, and of anything else the middle municipality counts.
select
    indicator_code,
    peer_kind,
    count(*) as peer_count,
    case
        -- Fewer say more of themselves than of anybody's peers.
        when count(*) < 5 then null
        when max(factor) is not null then max(factor) * {{ exact_sum('numerator') }} / nullif({{ exact_sum('denominator') }}, 0)
        when max(weight) is not null
            then {{ exact_sum('value * weighed_by') }} / nullif({{ exact_sum('weighed_by') }}, 0)
        else {{ percentile('value', 0.5) }}
    end as value,
    max(weight_feed) as weight_feed,
    min(case when weight_feed is not null then weight_released_at end) as weight_released_at
from weighed
group by indicator_code, peer_kind
