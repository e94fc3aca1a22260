{{ config(materialized='table') }}

with reports as (select * from {{ ref('stg_signalen__reports') }}),

closings as (select * from {{ ref('int_reports__last_closing') }}),

deadlines as (select * from {{ ref('int_reports__deadlines') }}),

categories as (select * from {{ ref('stg_signalen__categories') }}),

placed as (select * from {{ ref('int_reports__placed') }}),

parents as (
    select distinct parent_report_id as report_id
    from reports
    where parent_report_id is not null
),

-- Of a report that was split the parts count, not the whole.
counted as (
    select
        reports.report_id,
        placed.place_code as neighbourhood_code,
        coalesce(categories.main_category, 'unknown') as main_category,
        coalesce(categories.sub_category, 'unknown') as sub_category,
        coalesce(reports.report_type in ('MAI', 'PRJ'), false) as is_planned_work,
        reports.reported_at,
        closings.closed_at,
        closings.closing,
        deadlines.deadline_at_local,
        reports.delivery_id
    from reports
    left join closings on reports.report_id = closings.report_id
    left join deadlines on reports.report_id = deadlines.report_id
    left join categories on reports.category_assignment_id = categories.category_assignment_id
    inner join placed on reports.report_id = placed.report_id
    where
        coalesce(closings.closing, 'open') <> 'split'
        and not exists (select 1 from parents where parents.report_id = reports.report_id)
)

select
    report_id,
    neighbourhood_code,
    main_category,
    sub_category,
    is_planned_work,
    reported_at,
    closed_at,
    closing,
    delivery_id,
    date_trunc('month', {{ local_time('reported_at') }})::date as reported_month,
    date_trunc('month', {{ local_time('closed_at') }})::date as closed_month,
    case
        when closing = 'handled' and not is_planned_work
            then {{ days_between('reported_at', 'closed_at') }}
    end as handling_days,
    case
        when closing = 'handled' and not is_planned_work
            then {{ local_time('closed_at') }} <= deadline_at_local
    end as is_on_time
from counted
