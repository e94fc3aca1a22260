select task_field_key, task_field_name_nl, fiscal_year, expense_eur
from {{ ref('mart_finance') }}
where source = 'ledger' and report = 'budget' and is_in_total
order by fiscal_year desc, expense_eur desc, task_field_key
limit 5
