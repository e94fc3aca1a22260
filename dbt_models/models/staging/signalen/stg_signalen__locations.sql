-- Signalen's export swaps the two headings; the contract swaps them back. Should a later Signalen mend this,
-- the ranges of the Netherlands (3 to 8 east, 50 to 54 north) still show which is which.
select
    location_id,
    report_id,
    case when longitude between 50 and 54 then latitude else longitude end as longitude,
    case when longitude between 50 and 54 then longitude else latitude end as latitude,
    nullif(buurt_code, '') as buurt_code,
    nullif(area_code, '') as area_code
from {{ source('raw_signalen', 'locations') }}
