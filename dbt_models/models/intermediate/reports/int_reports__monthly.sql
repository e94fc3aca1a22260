{{ config(materialized='table') }}

with reports as (select * from {{ ref('int_reports__counted') }}),

months as (select * from {{ ref('int_reports__months') }}),

received as (
    select
        neighbourhood_code,
        main_category,
        sub_category,
        reported_month as month_start_date,
        count(*) as received_count
    from reports
    group by all
),

closed as (
    select
        neighbourhood_code,
        main_category,
        sub_category,
        closed_month as month_start_date,
        count(*) as closed_count,
        count(*) filter (where closing = 'handled') as handled_count,
        count(*) filter (where closing = 'cancelled') as cancelled_count,
        {{ percentile_of_enough('handling_days', 0.5) }} as handling_days_median,
        {{ percentile_of_enough('handling_days', 0.9) }} as handling_days_p90,
        count(*) filter (where is_on_time) as on_time_count,
        count(is_on_time) as judged_count
    from reports
    where closed_month is not null
    group by all
),

places_and_categories as (
    select distinct neighbourhood_code, main_category, sub_category
    from reports
),

every_month as (
    select
        places_and_categories.neighbourhood_code,
        places_and_categories.main_category,
        places_and_categories.sub_category,
        months.month_start_date,
        months.month_end_date,
        months.period,
        months.is_complete_month,
        coalesce(received.received_count, 0) as received_count,
        coalesce(closed.handled_count, 0) as handled_count,
        coalesce(closed.cancelled_count, 0) as cancelled_count,
        closed.handling_days_median,
        closed.handling_days_p90,
        coalesce(closed.on_time_count, 0) as on_time_count,
        coalesce(closed.judged_count, 0) as judged_count,
        sum(coalesce(received.received_count, 0) - coalesce(closed.closed_count, 0)) over (
            partition by
                places_and_categories.neighbourhood_code,
                places_and_categories.main_category,
                places_and_categories.sub_category
            order by months.month_start_date
            rows between unbounded preceding and current row
        )::bigint as open_count
    from places_and_categories
    cross join months
    left join received
        on
            places_and_categories.neighbourhood_code = received.neighbourhood_code
            and places_and_categories.main_category = received.main_category
            and places_and_categories.sub_category = received.sub_category
            and months.month_start_date = received.month_start_date
    left join closed
        on
            places_and_categories.neighbourhood_code = closed.neighbourhood_code
            and places_and_categories.main_category = closed.main_category
            and places_and_categories.sub_category = closed.sub_category
            and months.month_start_date = closed.month_start_date
)

select *
from every_month
where received_count > 0 or handled_count > 0 or cancelled_count > 0 or open_count > 0
