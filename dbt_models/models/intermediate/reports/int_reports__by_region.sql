{{ config(materialized='table') }}

with reports as (select * from {{ ref('int_reports__counted') }}),

monthly as (select * from {{ ref('int_reports__monthly') }}),

months as (select * from {{ ref('int_reports__months') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

own_regions as (
    select distinct
        region_code,
        region_vintage,
        region_level
    from parts
),

counts as (
    select
        parts.region_code,
        monthly.month_start_date,
        sum(monthly.received_count) as received_count,
        sum(monthly.handled_count) as handled_count,
        sum(monthly.cancelled_count) as cancelled_count,
        sum(monthly.open_count) as open_count,
        sum(monthly.on_time_count) as on_time_count,
        sum(monthly.judged_count) as judged_count
    from monthly
    inner join parts on monthly.neighbourhood_code = parts.neighbourhood_code
    group by all
),

-- A median of medians is no median: every region's is computed from its reports.
durations as (
    select
        parts.region_code,
        reports.closed_month as month_start_date,
        {{ percentile('reports.handling_days', 0.5) }} as handling_days_median,
        {{ percentile('reports.handling_days', 0.9) }} as handling_days_p90
    from reports
    inner join parts on reports.neighbourhood_code = parts.neighbourhood_code
    where reports.handling_days is not null
    group by all
),

by_region as (
    select
        own_regions.region_code,
        own_regions.region_vintage,
        own_regions.region_level,
        months.month_start_date,
        months.month_end_date,
        months.period,
        months.is_complete_month,
        coalesce(counts.received_count, 0) as received_count,
        coalesce(counts.handled_count, 0) as handled_count,
        coalesce(counts.cancelled_count, 0) as cancelled_count,
        coalesce(counts.open_count, 0) as open_count,
        coalesce(counts.on_time_count, 0) as on_time_count,
        coalesce(counts.judged_count, 0) as judged_count,
        durations.handling_days_median,
        durations.handling_days_p90
    from own_regions
    cross join months
    left join counts
        on own_regions.region_code = counts.region_code and months.month_start_date = counts.month_start_date
    left join durations
        on own_regions.region_code = durations.region_code and months.month_start_date = durations.month_start_date
)

select * from by_region
