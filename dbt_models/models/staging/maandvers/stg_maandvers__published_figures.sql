select
    region_code,
    region_vintage,
    indicator_code,
    period,
    definition,
    value,
    status,
    published_on,
    release_number
from {{ source('raw_maandvers', 'published_figures') }}
