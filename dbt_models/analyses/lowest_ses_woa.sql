select region_name, period, ses_woa_score
from {{ ref('mart_poverty') }}
where region_level = 'neighbourhood' and ses_woa_score is not null
order by period_end_date desc, ses_woa_score, region_code
limit 3
