select
    delivery_id,
    subsidy_year,
    club_name,
    lower(sport) as sport,
    subsidy_eur,
    members_count
from {{ source('raw_sports', 'clubs') }}
