{{ config(materialized='table') }}

with borders as (select * from {{ ref('int_indicators__constant_borders') }}),

-- Cohorts are followed on one piece of ground: not across a merger of municipalities.
municipality as (
    select *
    from {{ ref('int_outlook__municipality') }}
    where year >= coalesce(border_year, year)
)

select
    region_code,
    region_level,
    indicator_code,
    role,
    ages,
    year,
    value,
    status,
    feed,
    null::string as outline_feed,
    released_at
from municipality
union all
-- On the borders of today.
select
    borders.region_code,
    'neighbourhood' as region_level,
    borders.indicator_code,
    municipality.role,
    municipality.ages,
    municipality.year,
    borders.value,
    municipality.status,
    borders.feed,
    borders.outline_feed,
    borders.released_at
from borders
inner join municipality
    on borders.indicator_code = municipality.indicator_code and year(borders.period_start_date) = municipality.year
where borders.value is not null and borders.feed = municipality.feed
