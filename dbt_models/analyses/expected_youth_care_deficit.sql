select period_end_date, projected_deficit_eur
from {{ ref('mart_youth_care_deficit') }}
where source = 'ledger' and is_complete
order by period_end_date desc
limit 1
