select
    fiscal_year,
    as_of_date,
    {{ spelled_as_in(source('raw_ledger', 'actuals'), 'budget', 'programme_name') }} as programme_name,
    {{ task_field("replace(task_field_code, ',', '.')") }} as task_field_code,
    case amount_type when 'lasten' then 'expense' when 'baten' then 'revenue' end as amount_type,
    original_budget_eur,
    current_budget_eur,
    delivery_id
from {{ source('raw_ledger', 'budget') }} as budget
