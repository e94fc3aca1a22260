{{ config(materialized='table') }}

with projections as (select * from {{ ref('int_outlook__projections') }}),

quality as (select * from {{ ref('int_outlook__quality') }}),

clocks as (select * from {{ ref('int_outlook__clocks') }}),

-- Beside the newest projection: the one of five years before, of which the truth is known.
newest as (select max(origin_year) as origin_year from projections where is_latest),

shown as (
    select projections.*
    from projections
    cross join newest
    where projections.is_latest or projections.origin_year = newest.origin_year - 5
)

select
    shown.region_code,
    shown.region_level,
    shown.indicator_code,
    'year' as period_type,
    shown.origin_year::string as origin_period,
    shown.year::string as period,
    make_date(shown.year, 1, 1) as period_start_date,
    make_date(shown.year, 12, 31) as period_end_date,
    shown.year - shown.origin_year as horizon,
    shown.scenario_code,
    shown.mean_value,
    shown.lower_80,
    shown.lower_50,
    shown.upper_50,
    shown.upper_80,
    case clocks.role when 'care' then 'hamilton_perry_rates' else 'hamilton_perry' end as method,
    coalesce(quality.beats_naive, false) as beats_naive,
    shown.is_latest,
    shown.actual_value,
    clocks.status,
    clocks.feed,
    clocks.denominator_feed,
    clocks.outline_feed,
    clocks.released_at
from shown
inner join clocks on shown.indicator_code = clocks.indicator_code
left join quality
    on
        shown.indicator_code = quality.indicator_code
        and shown.region_level = quality.region_level
        and quality.region_code is null
