select
    date_trunc('month', reference_date)::date as month_start_date,
    department_name,
    employee_count,
    fte_count,
    delivery_id
from {{ source('raw_hr', 'staff') }}
