{{ config(materialized='table') }}

with forecasts as (select * from {{ ref('forecasts') }}),

figures as (select * from {{ ref('int_indicators__final') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

levels as (
    select *
    from (values ('municipality', 1), ('district', 2), ('area', 3), ('neighbourhood', 3)) as ranked (region_level, fineness)
),

-- A period that still runs, or is not reported in full, is no history.
complete as (
    select
        figures.region_code,
        figures.region_level,
        figures.indicator_code,
        figures.period_type,
        figures.period,
        figures.period_start_date,
        figures.period_end_date,
        case figures.period_type when 'month' then 12 when 'quarter' then 4 else 1 end as periods_per_year,
        figures.value,
        figures.missing_reason,
        figures.status,
        figures.feed,
        figures.released_at
    from figures
    inner join forecasts on figures.indicator_code = forecasts.indicator_code
    inner join levels on figures.region_level = levels.region_level
    inner join levels as finest on forecasts.finest_level = finest.region_level
    where
        figures.is_complete_period
        and levels.fineness <= finest.fineness
        and 'GM' || substr(figures.region_code, 3, 4) = '{{ var('municipality_code') }}'
),

-- History begins after the last gap of the municipality as a whole, which all its regions are shares of.
spans as (
    select
        indicator_code,
        max(case when value is null then period_end_date end) as last_gap_date
    from complete
    where region_level = 'municipality'
    group by indicator_code
)

select
    complete.region_code,
    complete.region_level,
    complete.indicator_code,
    complete.period_type,
    complete.period,
    complete.period_start_date,
    complete.period_end_date,
    complete.periods_per_year,
    dense_rank() over (partition by complete.indicator_code order by complete.period_start_date) as period_number,
    complete.value,
    complete.missing_reason,
    case when dictionary.unit <> 'count' then 0 when dictionary.is_count_of_persons then 5 else 1 end as step,
    complete.status,
    complete.feed,
    complete.released_at
from complete
inner join spans on complete.indicator_code = spans.indicator_code
inner join dictionary on complete.indicator_code = dictionary.indicator_code
where spans.last_gap_date is null or complete.period_end_date > spans.last_gap_date
