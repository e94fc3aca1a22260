-- The same delivery can be received twice; the last time counts.
select
    feed,
    edition_year,
    delivery_id,
    released_at,
    received_at,
    coalesce(figures_status, 'unknown') as figures_status,
    source_url
from {{ source('raw_maandvers', 'deliveries') }}
qualify row_number() over (partition by feed, edition_year, delivery_id order by received_at desc) = 1
