with reports as (select * from {{ ref('stg_signalen__reports') }}),

span as (
    select
        date_trunc('month', {{ local_time('min(reported_at)') }})::date as first_month,
        date_trunc('month', {{ local_time('max(updated_at)') }})::date as last_month,
        {{ local_time('max(updated_at)') }}::date as last_update_date
    from reports
    having count(*) > 0
),

months as (
    select
        {{ months_from_to('first_month', 'last_month') }} as month_start_date,
        last_update_date
    from span
)

select
    month_start_date,
    last_day(month_start_date) as month_end_date,
    {{ month_name('month_start_date') }} as period,
    -- The month of the last update still runs: its figures grow.
    last_update_date > last_day(month_start_date) as is_complete_month
from months
