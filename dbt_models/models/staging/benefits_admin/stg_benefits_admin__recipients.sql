select
    reference_date,
    upper(neighbourhood_code) as neighbourhood_code,
    case benefit_type
        when 'Algemene bijstand' then 'general_assistance'
        else lower(benefit_type)
    end as benefit_type,
    households_count,
    persons_count,
    inflow_count,
    outflow_count,
    outflow_to_work_count,
    delivery_id
from {{ source('raw_benefits_admin', 'recipients') }}
