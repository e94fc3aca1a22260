select
    delivery_id,
    income_limit,
    duration,
    household_kind,
    region_name,
    try_cast(substr(period_name, 1, 4) as integer) as period_year,
    case when period_name like '%*' then 'provisional' end as status,
    household_thousand,
    person_thousand,
    child_thousand,
    household_pct,
    person_pct,
    child_pct
from {{ source('raw_statline', 'low_income') }}
