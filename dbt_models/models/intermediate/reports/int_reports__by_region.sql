{{ config(materialized='table') }}

with reports as (select * from {{ ref('int_reports__counted') }}),

monthly as (select * from {{ ref('int_reports__monthly') }}),

months as (select * from {{ ref('int_reports__months') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

own_regions as (select distinct region_code, region_level from parts),

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
handled as (
    select
        parts.region_code,
        reports.closed_month as month_start_date,
        reports.handling_days,
        row_number() over (partition by parts.region_code, reports.closed_month order by reports.handling_days) as place,
        count(*) over (partition by parts.region_code, reports.closed_month) as report_count
    from reports
    inner join parts on reports.neighbourhood_code = parts.neighbourhood_code
    where reports.handling_days is not null
),

-- Between which of the reports the median lies in 95 of 100 cases; of fewer than eight that cannot be said.
durations as (
    select
        region_code,
        month_start_date,
        {{ percentile('handling_days', 0.5) }} as handling_days_median,
        max(case when place = floor(0.5 * report_count - 0.98 * sqrt(report_count)) then handling_days end)
            as handling_days_median_lower,
        max(case when place = ceil(0.5 * report_count + 1 + 0.98 * sqrt(report_count)) then handling_days end)
            as handling_days_median_upper,
        {{ percentile('handling_days', 0.9) }} as handling_days_p90
    from handled
    group by region_code, month_start_date
)

select
    own_regions.region_code,
    own_regions.region_level,
    months.month_start_date,
    months.month_end_date,
    months.is_complete_month,
    coalesce(counts.received_count, 0) as received_count,
    coalesce(counts.handled_count, 0) as handled_count,
    coalesce(counts.cancelled_count, 0) as cancelled_count,
    coalesce(counts.open_count, 0) as open_count,
    coalesce(counts.on_time_count, 0) as on_time_count,
    coalesce(counts.judged_count, 0) as judged_count,
    durations.handling_days_median,
    durations.handling_days_median_lower,
    durations.handling_days_median_upper,
    durations.handling_days_p90
from own_regions
cross join months
left join counts
    on own_regions.region_code = counts.region_code and months.month_start_date = counts.month_start_date
left join durations
    on own_regions.region_code = durations.region_code and months.month_start_date = durations.month_start_date
