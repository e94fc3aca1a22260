select
    {{ region_code('region_code') }} as region_code,
    edition_year,
    delivery_id,
    {{ region_level('region_code') }} as region_level,
    substr(period_code, 1, 4)::integer as year_number,
    {{ cbs_period_type('period_code') }} as period_type,
    coalesce(period_name like '%*%', false) as is_provisional,
    case
        when lower(number_name) = 'totaal' then 'total'
        else substr(number_name, 1, 1)
    end as provision_number,
    case lower(law_combination_name)
        when 'totaal' then 'total'
        when 'alleen jeugd' then 'youth'
        when 'alleen p-wet' then 'welfare'
        when 'alleen wmo' then 'wmo'
        when 'jeugd en p-wet' then 'youth_and_welfare'
        when 'jeugd en wmo' then 'youth_and_wmo'
        when 'p-wet en wmo' then 'welfare_and_wmo'
        when 'jeugd, p-wet en wmo' then 'all_three'
    end as law_combination,
    clients_count,
    households_count
from {{ source('raw_cbs', 'provisions') }}
