select
    allocation_number,
    client_key,
    case law
        when 'Jeugdwet' then 'youth'
        when 'Wmo' then 'wmo'
    end as law,
    lpad(product_category_code, 2, '0') as product_category_code,
    product_code,
    awarded_date,
    start_date,
    end_date,
    birth_year,
    upper(neighbourhood_code) as neighbourhood_code,
    referrer,
    cost_eur_per_month,
    extracted_on,
    delivery_id
from {{ source('raw_social_domain', 'allocations') }}
