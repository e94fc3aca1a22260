{% set indicators = {
    'sports.memberships': {
        'sports_members_count': 'members',
        'sports_youth_members_count': 'youth_members',
    },
    'sports.clubs': {
        'sports_clubs_count': 'clubs',
        'sports_subsidy_eur': 'subsidy_eur',
        'sports_club_members_count': 'club_members',
    },
    'sports.accommodation_use': {
        'sports_accommodations_count': 'accommodations',
        'sports_accommodation_available_hours': 'available_hours',
        'sports_accommodation_used_hours': 'used_hours',
    },
} %}

with by_region as (select * from {{ ref('int_sport__by_region') }})

{{ figures_of('by_region', indicators) }}
where by_region.feed = delivered.source_feed
