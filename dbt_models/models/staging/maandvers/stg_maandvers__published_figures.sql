select
    region_code,
    region_vintage,
    indicator_code,
    period,
    definition,
    value,
    status,
    coalesce(is_complete_period, true) as is_complete_period,
    published_on,
    release_number
from {{ source('raw_maandvers', 'published_figures') }}
