{{ config(materialized='table') }}

with statuses as (select * from {{ ref('stg_signalen__statuses') }}),

in_order as (
    select
        report_id,
        state,
        entered_at,
        is_closed,
        is_open,
        row_number() over (partition by report_id order by entered_at, status_id) as step
    from statuses
),

last_open_steps as (
    select
        report_id,
        max(case when is_open then step else 0 end) as last_open_step
    from in_order
    group by report_id
)

-- A report that was reopened is closed by what followed; a second closing of the same report adds nothing.
select
    in_order.report_id,
    in_order.entered_at as closed_at,
    case in_order.state
        when 'o' then 'handled'
        when 'a' then 'cancelled'
        when 's' then 'split'
    end as closing
from in_order
inner join last_open_steps on in_order.report_id = last_open_steps.report_id
where in_order.is_closed and in_order.step > last_open_steps.last_open_step
qualify row_number() over (partition by in_order.report_id order by in_order.step) = 1
