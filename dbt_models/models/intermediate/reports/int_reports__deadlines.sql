with reports as (select * from {{ ref('stg_signalen__reports') }}),

categories as (select * from {{ ref('stg_signalen__categories') }}),

service_terms as (select * from {{ ref('stg_signalen__service_terms') }}),

-- The term in force when the report was made; for a report older than every term, the oldest one.
terms_in_force as (
    select
        reports.report_id,
        {{ local_time('reports.reported_at') }} as reported_at_local,
        service_terms.term_days,
        service_terms.is_calendar_days
    from reports
    inner join categories on reports.category_assignment_id = categories.category_assignment_id
    inner join service_terms
        on
            lower(categories.main_category) = lower(service_terms.main_category)
            and lower(categories.sub_category) = lower(service_terms.sub_category)
    qualify row_number() over (
        partition by reports.report_id
        order by
            case when service_terms.in_force_from <= reports.reported_at then 0 else 1 end,
            case when service_terms.in_force_from <= reports.reported_at then service_terms.in_force_from end desc,
            service_terms.in_force_from,
            service_terms.service_term_id desc
    ) = 1
),

-- Working days run from Monday to Friday, holidays included; a weekend report starts on Monday at midnight.
starts as (
    select
        report_id,
        term_days,
        is_calendar_days,
        case
            when is_calendar_days or {{ weekday_number('reported_at_local') }} < 6 then reported_at_local
            else
                date_trunc('day', reported_at_local)
                + (8 - {{ weekday_number('reported_at_local') }}) * interval '1' day
        end as started_at_local
    from terms_in_force
),

weekends as (
    select
        report_id,
        term_days,
        started_at_local,
        case
            when is_calendar_days then 0
            else floor(({{ weekday_number('started_at_local') }} - 1 + term_days) / 5.0)::integer
        end as weekends_passed
    from starts
)

select
    report_id,
    started_at_local + (term_days + 2 * weekends_passed) * interval '1' day as deadline_at_local
from weekends
