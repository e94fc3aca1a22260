with figures as (select * from {{ ref('int_municipalities__compared') }} where is_ranked),

-- A place among all municipalities and one among those of the size class, in each period.
grouped as (
    select
        *,
        'all' as peer_group
    from figures
    union all
    select
        *,
        'class ' || size_class as peer_group
    from figures
    where size_class is not null
),

{{ ranked_with_bands('grouped', within=['peer_group', 'indicator_code', 'period'], of='municipality_code') }}

select
    peer_group = 'all' as is_among_all,
    municipality_code,
    indicator_code,
    period,
    place,
    first_rank,
    last_rank,
    ranked_count
from ranked
