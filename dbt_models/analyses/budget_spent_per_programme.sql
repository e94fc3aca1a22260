select programme_name, budget_spent_pct
from {{ ref('mart_finance_programme') }}
where
    report like 'month%' and is_complete
    and period_end_date = (
        select max(period_end_date) from {{ ref('mart_finance_programme') }} where report like 'month%' and is_complete
    )
order by programme_name
