select
    {{ region_code('region_code') }} as region_code,
    edition_year,
    delivery_id,
    {{ region_level('region_code') }} as region_level,
    substr(period_code, 1, 4)::integer as year_number,
    {{ cbs_period_type('period_code') }} as period_type,
    coalesce(period_name like '%*%', false) as is_provisional,
    -- The names are steadier than the codes, which were renewed with the law.
    case
        when lower(form_name) like 'totaal%jeugdhulp%' then 'youth_help'
        when lower(form_name) like 'totaal%' then 'total'
        when lower(form_name) like '%zonder verblijf%' then 'youth_help_without_residence'
        when lower(form_name) like '%met verblijf%' then 'youth_help_with_residence'
        when lower(form_name) like '%jeugdbescherming%' then 'youth_protection'
        when lower(form_name) like '%jeugdreclassering%' then 'youth_probation'
        else 'other'
    end as form,
    form_name,
    young_people_count,
    age_0_3_count,
    age_4_11_count,
    age_12_17_count,
    age_18_22_count,
    trajectory_count,
    referred_by_municipality_count,
    referred_by_gp_count,
    referred_by_certified_institution_count
from {{ source('raw_cbs', 'youth_care') }}
