with places as (select * from {{ ref('stg_vve__places') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

own_regions as (
    select distinct
        region_code,
        region_vintage,
        region_level
    from parts
),

-- A register may be counted more than once in a month: its last count holds.
newest_counts as (
    select *
    from places
    qualify reference_date = max(reference_date) over (partition by month_start_date)
),

months as (
    select distinct
        delivery_id,
        month_start_date,
        reference_date
    from newest_counts
),

counts as (
    select
        parts.region_code,
        newest_counts.month_start_date,
        sum(newest_counts.toddlers_count) as toddlers_count,
        sum(newest_counts.indicated_count) as indicated_count,
        sum(newest_counts.placed_count) as placed_count,
        sum(newest_counts.offered_hours) as offered_hours,
        sum(newest_counts.attended_hours) as attended_hours
    from newest_counts
    inner join parts on newest_counts.neighbourhood_code = parts.neighbourhood_code
    group by all
),

by_region as (
    select
        own_regions.region_code,
        own_regions.region_vintage,
        own_regions.region_level,
        months.delivery_id,
        months.month_start_date,
        last_day(months.month_start_date) as month_end_date,
        months.reference_date = last_day(months.month_start_date) as is_complete_month,
        coalesce(counts.toddlers_count, 0) as toddlers_count,
        coalesce(counts.indicated_count, 0) as indicated_count,
        coalesce(counts.placed_count, 0) as placed_count,
        coalesce(counts.offered_hours, 0) as offered_hours,
        coalesce(counts.attended_hours, 0) as attended_hours
    from own_regions
    cross join months
    left join counts
        on own_regions.region_code = counts.region_code and months.month_start_date = counts.month_start_date
)

select * from by_region
