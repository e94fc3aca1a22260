with figures as (select * from {{ ref('int_municipalities__compared') }} where is_ranked),

-- A place among all municipalities and one among those of the size class, in each period.
grouped as (
    select
        'all' as peer_group,
        municipality_code,
        indicator_code,
        period,
        case when direction = 'lower_is_better' then -value else value end as merit,
        case when direction = 'lower_is_better' then -noise_upper else noise_lower end as at_worst,
        case when direction = 'lower_is_better' then -noise_lower else noise_upper end as at_best
    from figures
    union all
    select
        'class ' || size_class as peer_group,
        municipality_code,
        indicator_code,
        period,
        case when direction = 'lower_is_better' then -value else value end as merit,
        case when direction = 'lower_is_better' then -noise_upper else noise_lower end as at_worst,
        case when direction = 'lower_is_better' then -noise_lower else noise_upper end as at_best
    from figures
    where size_class is not null
),

-- A municipality is surely better than another if its worst is better than the best of the other.
ends as (
    select
        *,
        at_worst as place,
        1 as is_worst_end
    from grouped
    union all
    select
        *,
        at_best as place,
        0 as is_worst_end
    from grouped
),

passed as (
    select
        *,
        sum(is_worst_end) over (
            partition by peer_group, indicator_code, period
            order by place desc, is_worst_end
            rows between unbounded preceding and current row
        ) as worst_ends_above,
        sum(1 - is_worst_end) over (
            partition by peer_group, indicator_code, period
            order by place, is_worst_end desc
            rows between unbounded preceding and current row
        ) as best_ends_below
    from ends
),

bands as (
    select
        peer_group,
        municipality_code,
        indicator_code,
        period,
        max(merit) as merit,
        count(*) over (partition by peer_group, indicator_code, period) as ranked_count,
        1 + max(case when is_worst_end = 0 then worst_ends_above end) as first_rank,
        max(case when is_worst_end = 1 then best_ends_below end) as surely_worse_count
    from passed
    group by peer_group, municipality_code, indicator_code, period
)

select
    peer_group = 'all' as is_among_all,
    municipality_code,
    indicator_code,
    period,
    rank() over (partition by peer_group, indicator_code, period order by merit desc) as place,
    first_rank::bigint as first_rank,
    (ranked_count - surely_worse_count)::bigint as last_rank,
    ranked_count
from bands
