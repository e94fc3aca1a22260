with inputs as (select * from {{ ref('int_outlook__inputs') }}),

newest as (
    select
        indicator_code,
        role,
        min(year) as first_year,
        max(year) as year
    from inputs
    where region_level = 'municipality'
    group by indicator_code, role
),

-- Every projection derives from inhabitants by age on the borders of today, and users of care from theirs as well.
shared as (
    select
        max(case when inputs.year = newest.year then inputs.feed end) as feed,
        -- Of ages before the first edition of neighbourhoods.
        max(case when inputs.role = 'age' and inputs.year = newest.first_year then inputs.feed end) as first_feed,
        max(inputs.outline_feed) as outline_feed,
        min(inputs.released_at) as released_at,
        max(case when inputs.year = newest.year and inputs.status <> 'definitive' then 1 else 0 end) = 1 as is_provisional
    from inputs
    inner join newest on inputs.indicator_code = newest.indicator_code
    where inputs.role not in ('care', 'oldest')
),

own as (
    select
        inputs.indicator_code,
        inputs.role,
        inputs.ages,
        max(case when inputs.year = newest.year then inputs.feed end) as feed,
        max(inputs.outline_feed) as outline_feed,
        min(inputs.released_at) as released_at,
        max(case when inputs.year = newest.year and inputs.status <> 'definitive' then 1 else 0 end) = 1 as is_provisional
    from inputs
    inner join newest on inputs.indicator_code = newest.indicator_code
    where inputs.role <> 'dwellings'
    group by inputs.indicator_code, inputs.role, inputs.ages
),

-- Care by rates of persons of 80 and older derives from these as well, where they are known.
oldest as (select * from own where role = 'oldest')

select
    own.indicator_code,
    own.role,
    own.feed,
    coalesce(
        nullif(shared.feed, own.feed), nullif(oldest.feed, own.feed), nullif(shared.first_feed, own.feed)
    ) as denominator_feed,
    coalesce(own.outline_feed, shared.outline_feed) as outline_feed,
    least(own.released_at, shared.released_at, oldest.released_at) as released_at,
    case
        when own.is_provisional or shared.is_provisional or coalesce(oldest.is_provisional, false) then 'provisional'
        else 'definitive'
    end as status
from own
cross join shared
left join oldest on own.role = 'care' and own.ages like '% 80 %'
