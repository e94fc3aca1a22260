with figures as (select * from {{ ref('int_revisions__figures') }}),

publication as (select * from {{ ref('stg_maandvers__publication') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }})

-- Clocks, and the day on which news is published, move at every run and figures do not, so they meet only here.
select
    figures.region_code,
    figures.region_vintage,
    figures.region_level,
    figures.indicator_code,
    figures.period_type,
    figures.period,
    figures.period_start_date,
    figures.period_end_date,
    figures.first_value,
    figures.first_status,
    figures.first_published_on,
    figures.value,
    figures.status,
    figures.revision_count,
    coalesce(figures.last_changed_on, publication.published_on) as last_changed_on,
    figures.change,
    figures.change_pct,
    figures.is_made_definitive,
    figures.feed,
    figures.denominator_feed,
    least(figures.released_at, figures.denominator_released_at) as released_at,
    least(clocks.checked_at, denominator_clocks.checked_at) as checked_at,
    least(clocks.fresh_until, denominator_clocks.fresh_until) as fresh_until
from figures
cross join publication
left join freshness as clocks on figures.feed = clocks.feed
left join freshness as denominator_clocks on figures.denominator_feed = denominator_clocks.feed
