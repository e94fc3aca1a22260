{% set indicators = {
    'cbs.youth_care': {
        'youth_help_without_residence_count': {'value': 'without_residence_count', 'columns': ['young_people_count']},
        'youth_help_with_residence_count': {'value': 'with_residence_count', 'columns': ['young_people_count']},
        'youth_protection_count': {'value': 'protection_count', 'columns': ['young_people_count']},
        'youth_probation_count': {'value': 'probation_count', 'columns': ['young_people_count']},
        'youth_care_trajectories_count': 'trajectory_count',
        'youth_care_trajectories_by_gp_count': 'referred_by_gp_count',
        'youth_care_trajectories_by_municipality_count': 'referred_by_municipality_count',
    },
} %}

with youth_care as (select * from {{ ref('stg_cbs__youth_care') }}),

-- Half a year is no half of the year: who has care in both halves is in the year once.
by_form as (
    select
        region_code,
        region_level,
        edition_year,
        year_number,
        delivery_id,
        max(is_provisional::integer) = 1 as is_provisional,
        max(case when form = 'youth_help_without_residence' then young_people_count end) as without_residence_count,
        max(case when form = 'youth_help_with_residence' then young_people_count end) as with_residence_count,
        max(case when form = 'youth_protection' then young_people_count end) as protection_count,
        max(case when form = 'youth_probation' then young_people_count end) as probation_count,
        max(case when form = 'total' then trajectory_count end) as trajectory_count,
        max(case when form = 'total' then referred_by_gp_count end) as referred_by_gp_count,
        max(case when form = 'total' then referred_by_municipality_count end) as referred_by_municipality_count
    from youth_care
    where period_type = 'year'
    group by region_code, region_level, edition_year, year_number, delivery_id
)

-- A young person can have several forms, so each form is a figure of its own and none is the sum of others.
{{ figures_of('by_form', indicators, dict(
    in_year('year_number'),
    region_vintage='year_number',
    edition_year='edition_year',
    status="case when is_provisional then 'provisional' else 'definitive' end"
)) }}
