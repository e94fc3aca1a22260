{% set quantities = [
    'employee_count', 'fte_count', 'available_fte_days', 'absent_days', 'absent_fte_days', 'short_fte_days',
    'medium_fte_days', 'long_fte_days', 'extra_long_fte_days', 'report_count',
] %}

with absence as (select * from {{ ref('int_organisation__absence') }}),

sized as (
    select
        *,
        sum(employee_count) over (
            partition by month_start_date
            order by employee_count, department_name
            rows between unbounded preceding and 1 preceding
        ) as smaller_employee_count,
        sum(employee_count) over (partition by month_start_date) as organisation_employee_count
    from absence
),

-- Departments under ten are shown together. While all of them together are still under ten, the next one joins them:
-- otherwise the whole less the others would disclose the hidden one. An organisation under ten is not shown at all.
placed as (
    select
        *,
        employee_count < {{ fewest_persons() }} or coalesce(smaller_employee_count < {{ fewest_persons() }}, false) as is_hidden
    from sized
)

select
    'department' as row_type,
    case when is_hidden then 'Overige afdelingen' else department_name end as department_name,
    month_start_date,
    month_end_date,
    is_complete_month,
    month_days,
    {% for quantity in quantities %}
    {{ exact_sum(quantity) if 'fte' in quantity else 'sum(' ~ quantity ~ ')' }} as {{ quantity }},
    {% endfor %}
    null::string as missing_reason
from placed
where organisation_employee_count >= {{ fewest_persons() }}
group by all
union all
select
    'organisation' as row_type,
    'Hele organisatie' as department_name,
    month_start_date,
    month_end_date,
    is_complete_month,
    month_days,
    {% for quantity in quantities %}
    {{ exact_sum(quantity) if 'fte' in quantity else 'sum(' ~ quantity ~ ')' }} as {{ quantity }},
    {% endfor %}
    null::string as missing_reason
from placed
where organisation_employee_count >= {{ fewest_persons() }}
group by all
union all
select
    'department' as row_type,
    department_name,
    month_start_date,
    month_end_date,
    is_complete_month,
    month_days,
    {% for quantity in quantities %}
    null as {{ quantity }},
    {% endfor %}
    'suppressed' as missing_reason
from placed
where is_hidden
