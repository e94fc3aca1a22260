-- The smallest neighbourhood is not the best one: what is counted or added up has no place, its rate has. Nor has a figure
-- whose part of chance is unknown.
with figures as (
    select *
    from {{ ref('int_neighbourhoods__current_figures') }}
    where noise_lower is not null and noise_upper is not null and aggregation <> 'sum' and unit <> 'count'
),

-- From bad to good, whatever the direction; of neutral indicators the largest stands first.
placed as (
    select
        neighbourhood_code,
        municipality_code,
        indicator_code,
        case when direction = 'lower_is_better' then -noise_upper else noise_lower end as at_worst,
        case when direction = 'lower_is_better' then -noise_lower else noise_upper end as at_best
    from figures
),

-- Surely better than another is who is better at worst than the other at best.
ends as (
    select
        neighbourhood_code,
        municipality_code,
        indicator_code,
        at_worst as place,
        1 as is_worst_end
    from placed
    union all
    select
        neighbourhood_code,
        municipality_code,
        indicator_code,
        at_best as place,
        0 as is_worst_end
    from placed
),

passed as (
    select
        neighbourhood_code,
        municipality_code,
        indicator_code,
        is_worst_end,
        sum(is_worst_end) over (
            partition by municipality_code, indicator_code
            order by place desc, is_worst_end
            rows between unbounded preceding and current row
        ) as worst_ends_above,
        sum(1 - is_worst_end) over (
            partition by municipality_code, indicator_code
            order by place, is_worst_end desc
            rows between unbounded preceding and current row
        ) as best_ends_below
    from ends
),

ranked as (
    select
        neighbourhood_code,
        indicator_code,
        count(*) over (partition by municipality_code, indicator_code) as ranked_count,
        1 + max(case when is_worst_end = 0 then worst_ends_above end) as first_rank,
        max(case when is_worst_end = 1 then best_ends_below end) as surely_worse_count
    from passed
    group by municipality_code, neighbourhood_code, indicator_code
)

select
    neighbourhood_code,
    indicator_code,
    first_rank::bigint as first_rank,
    (ranked_count - surely_worse_count)::bigint as last_rank,
    ranked_count
from ranked
