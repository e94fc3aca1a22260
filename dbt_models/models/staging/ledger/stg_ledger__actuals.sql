select
    fiscal_year,
    month_number,
    last_day(make_date(fiscal_year, month_number, 1)) as month_end_date,
    booked_until_date,
    programme_name,
    {{ task_field("replace(task_field_code, ',', '.')") }} as task_field_code,
    case amount_type when 'lasten' then 'expense' when 'baten' then 'revenue' end as amount_type,
    amount_eur,
    delivery_id
from {{ source('raw_ledger', 'actuals') }}
