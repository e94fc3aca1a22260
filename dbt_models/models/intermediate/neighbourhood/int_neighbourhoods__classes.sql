with figures as (select * from {{ ref('int_neighbourhoods__current_figures') }}),

known as (
    select
        neighbourhood_code,
        municipality_code,
        max(case when indicator_code = 'urbanity_class' then value end)::integer as urbanity_class,
        max(case when indicator_code = 'population_count' then value end) as inhabitants,
        max(feed) as feed,
        min(released_at) as released_at
    from figures
    where indicator_code in ('urbanity_class', 'population_count') and value is not null
    group by neighbourhood_code, municipality_code
)

select
    neighbourhood_code,
    municipality_code,
    urbanity_class,
    case
        when inhabitants < 500 then 'under 500'
        when inhabitants < 1500 then '500 to 1,499'
        when inhabitants < 3000 then '1,500 to 2,999'
        when inhabitants < 6000 then '3,000 to 5,999'
        when inhabitants >= 6000 then '6,000 and more'
    end as size_class,
    feed,
    released_at
from known
