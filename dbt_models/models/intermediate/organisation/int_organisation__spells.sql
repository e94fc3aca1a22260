{{ config(materialized='table') }}

with steps as (select * from {{ ref('stg_hr__absence') }}),

ordered as (
    select
        *,
        max(end_date) over (
            partition by employee_key
            order by start_date, end_date, department_name
            rows between unbounded preceding and 1 preceding
        ) as former_end_date
    from steps
),

-- A step that begins within 28 days of the end of the former one goes on with the same spell, whatever the department.
begun as (
    select
        *,
        former_end_date is null or {{ days_apart('former_end_date', 'start_date') }} > 28 as is_new_spell
    from ordered
),

numbered as (
    select
        *,
        sum(case when is_new_spell then 1 else 0 end) over (
            partition by employee_key
            order by start_date, end_date, department_name
            rows between unbounded preceding and current row
        ) as spell_number,
        -- Days at work in between are no days of the spell.
        case when is_new_spell then 0 else greatest({{ days_apart('former_end_date', 'start_date') }} - 1, 0) end
            as days_between
    from begun
)

select
    employee_key,
    spell_number,
    department_name,
    start_date,
    end_date,
    part_time_factor,
    absent_share,
    days_between,
    is_new_spell as is_report,
    min(start_date) over (partition by employee_key, spell_number) as spell_start_date,
    delivery_id
from numbered
