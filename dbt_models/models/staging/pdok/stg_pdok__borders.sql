select
    region_code,
    edition_year as region_vintage,
    region_level,
    region_name,
    municipality_code,
    coalesce(upper(water) = 'JA', false) as is_water,
    area_land_ha,
    geometry,
    delivery_id
from {{ source('raw_pdok', 'borders') }}
