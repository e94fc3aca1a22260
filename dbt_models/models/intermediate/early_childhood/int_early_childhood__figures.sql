{# The norm: 960 hours in the eighteen months from two and a half to four years. #}
{% set indicators = {
    'vve.places': {
        'toddlers_count': 'toddlers_count',
        'vve_indicated_toddlers_count': 'indicated_count',
        'vve_placed_toddlers_count': 'placed_count',
        'vve_offered_hours': 'offered_hours',
        'vve_attended_hours': 'attended_hours',
        'vve_norm_hours': 'placed_count * 960 / 18',
    },
} %}

with by_region as (select * from {{ ref('int_early_childhood__by_region') }})

{{ figures_of('by_region', indicators, in_month_of('reference_date')) }}
