select period, public_administration_sickness_absence_12_months_pct
from {{ ref('mart_staff_absence') }}
where row_type = 'organisation' and public_administration_sickness_absence_12_months_pct is not null
order by period desc
limit 1
