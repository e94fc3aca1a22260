with inputs as (select * from {{ ref('int_outlook__inputs') }}),

newest as (
    select
        indicator_code,
        role,
        max(year) as year
    from inputs
    where region_level = 'municipality'
    group by indicator_code, role
),

-- Every projection derives from inhabitants by age on the borders of today, and users of care from theirs as well.
shared as (
    select
        max(inputs.feed) as feed,
        max(inputs.outline_feed) as outline_feed,
        min(inputs.released_at) as released_at,
        max(case when inputs.year = newest.year and inputs.status <> 'definitive' then 1 else 0 end) = 1 as is_provisional
    from inputs
    inner join newest on inputs.indicator_code = newest.indicator_code
    where inputs.role <> 'care'
),

own as (
    select
        inputs.indicator_code,
        inputs.role,
        max(inputs.feed) as feed,
        max(inputs.outline_feed) as outline_feed,
        min(inputs.released_at) as released_at,
        max(case when inputs.year = newest.year and inputs.status <> 'definitive' then 1 else 0 end) = 1 as is_provisional
    from inputs
    inner join newest on inputs.indicator_code = newest.indicator_code
    where inputs.role <> 'dwellings'
    group by inputs.indicator_code, inputs.role
)

select
    own.indicator_code,
    own.role,
    own.feed,
    nullif(shared.feed, own.feed) as denominator_feed,
    coalesce(own.outline_feed, shared.outline_feed) as outline_feed,
    least(own.released_at, shared.released_at) as released_at,
    case when own.is_provisional or shared.is_provisional then 'provisional' else 'definitive' end as status
from own
cross join shared
