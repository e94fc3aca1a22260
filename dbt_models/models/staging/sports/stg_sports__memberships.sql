select
    delivery_id,
    membership_year,
    club_name,
    lower(sport) as sport,
    neighbourhood_code,
    members_count,
    youth_members_count
from {{ source('raw_sports', 'memberships') }}
