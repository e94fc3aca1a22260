select
    date_trunc('month', reference_date)::date as month_start_date,
    {{ listed_department('staff') }} as department_name,
    sum(employee_count)::integer as employee_count,
    {{ exact_sum('fte_count') }} as fte_count,
    delivery_id
from {{ source('raw_hr', 'staff') }} as staff
group by all
