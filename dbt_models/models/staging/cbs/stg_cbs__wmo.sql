select
    {{ region_code('region_code') }} as region_code,
    edition_year,
    delivery_id,
    {{ region_level('region_code') }} as region_level,
    substr(period_code, 1, 4)::integer as year_number,
    {{ cbs_period_type('period_code') }} as period_type,
    coalesce(period_name like '%*%', false) as is_provisional,
    case
        when lower(provision_type_name) = 'totaal' then 'total'
        when lower(provision_type_name) like 'ondersteuning thuis%' then 'support_at_home'
        when lower(provision_type_name) like 'hulp bij het huishouden%' then 'household_help'
        when lower(provision_type_name) like 'verblijf en opvang%' then 'residence'
        when lower(provision_type_name) like 'hulpmiddelen en diensten%' then 'aids'
        else 'other'
    end as provision_type,
    provision_type_name,
    clients_count,
    clients_per_1000
from {{ source('raw_cbs', 'wmo') }}
