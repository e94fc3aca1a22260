select
    date_trunc('month', reference_date)::date as month_start_date,
    last_day(reference_date) as month_end_date,
    -- A count in the middle of a month is not yet that of the month.
    reference_date = last_day(reference_date) as is_complete_month,
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
