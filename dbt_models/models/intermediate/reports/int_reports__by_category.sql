with reports as (select * from {{ ref('int_reports__counted') }}),

months as (select * from {{ ref('int_reports__months') }}),

categories as (
    select distinct main_category
    from reports
),

received as (
    select
        main_category,
        reported_month as month_start_date,
        count(*) as received_count
    from reports
    group by all
),

closed as (
    select
        main_category,
        closed_month as month_start_date,
        count(*) filter (where closing = 'handled') as handled_count,
        {{ percentile_of_enough('handling_days', 0.5) }} as handling_days_median,
        {{ percentile_of_enough('handling_days', 0.9) }} as handling_days_p90,
        count(*) filter (where is_on_time) as on_time_count,
        count(is_on_time) as judged_count
    from reports
    where closed_month is not null
    group by all
)

select
    categories.main_category,
    months.month_start_date,
    months.month_end_date,
    months.period,
    months.is_complete_month,
    coalesce(received.received_count, 0) as received_count,
    coalesce(closed.handled_count, 0) as handled_count,
    closed.handling_days_median,
    closed.handling_days_p90,
    coalesce(closed.on_time_count, 0) as on_time_count,
    coalesce(closed.judged_count, 0) as judged_count
from categories
cross join months
left join received
    on categories.main_category = received.main_category and months.month_start_date = received.month_start_date
left join closed
    on categories.main_category = closed.main_category and months.month_start_date = closed.month_start_date
