select
    feed,
    supplier,
    checked_at,
    released_at,
    period_end_date,
    fresh_until,
    is_withheld,
    withheld_reason
from {{ source('raw_maandvers', 'freshness') }}
