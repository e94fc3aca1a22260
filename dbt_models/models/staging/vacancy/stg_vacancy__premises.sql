select
    delivery_id,
    reference_date,
    neighbourhood_code,
    case premises_kind
        when 'winkel' then 'shop'
        when 'kantoor' then 'office'
        when 'woning' then 'dwelling'
        when 'bedrijfsruimte' then 'business'
    end as premises_kind,
    premises_count,
    vacant_count,
    long_term_vacant_count,
    floor_area_m2,
    vacant_floor_area_m2
from {{ source('raw_vacancy', 'premises') }}
