{{ config(materialized='table') }}

with reports as (select * from {{ ref('int_reports__counted') }}),

monthly as (select * from {{ ref('int_reports__monthly') }}),

months as (select * from {{ ref('int_reports__months') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

counts as (
    select
        parts.region_code,
        parts.region_level,
        months.month_start_date,
        months.month_end_date,
        months.is_complete_month,
        coalesce(sum(monthly.received_count), 0) as received_count,
        coalesce(sum(monthly.handled_count), 0) as handled_count,
        coalesce(sum(monthly.cancelled_count), 0) as cancelled_count,
        coalesce(sum(monthly.open_count), 0) as open_count,
        coalesce(sum(monthly.on_time_count), 0) as on_time_count,
        coalesce(sum(monthly.judged_count), 0) as judged_count
    from parts
    cross join months
    left join monthly
        on
            parts.neighbourhood_code = monthly.neighbourhood_code
            and months.month_start_date = monthly.month_start_date
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
        {{ percentile_of_enough('handling_days', 0.5) }} as handling_days_median,
        max(case when place = floor(0.5 * report_count - 0.98 * sqrt(report_count)) then handling_days end)
            as handling_days_median_lower,
        max(case when place = ceil(0.5 * report_count + 1 + 0.98 * sqrt(report_count)) then handling_days end)
            as handling_days_median_upper,
        {{ percentile_of_enough('handling_days', 0.9) }} as handling_days_p90
    from handled
    group by region_code, month_start_date
)

select
    counts.*,
    durations.handling_days_median,
    durations.handling_days_median_lower,
    durations.handling_days_median_upper,
    durations.handling_days_p90,
    coalesce(durations.handling_days_median is null and durations.region_code is not null, false) as is_duration_suppressed
from counts
left join durations
    on counts.region_code = durations.region_code and counts.month_start_date = durations.month_start_date
