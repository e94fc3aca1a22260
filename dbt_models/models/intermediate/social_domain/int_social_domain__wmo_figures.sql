{% set indicators = {
    'cbs.wmo': {
        'wmo_support_at_home_count': {'value': 'support_at_home_count', 'columns': ['clients_count']},
        'wmo_household_help_count': {'value': 'household_help_count', 'columns': ['clients_count']},
        'wmo_residence_count': {'value': 'residence_count', 'columns': ['clients_count']},
        'wmo_aids_count': {'value': 'aids_count', 'columns': ['clients_count']},
    },
} %}

with wmo as (select * from {{ ref('stg_cbs__wmo') }}),

by_type as (
    select
        region_code,
        region_level,
        edition_year,
        year_number,
        delivery_id,
        max(is_provisional::integer) = 1 as is_provisional,
        max(case when provision_type = 'support_at_home' then clients_count end) as support_at_home_count,
        max(case when provision_type = 'household_help' then clients_count end) as household_help_count,
        max(case when provision_type = 'residence' then clients_count end) as residence_count,
        max(case when provision_type = 'aids' then clients_count end) as aids_count
    from wmo
    where period_type = 'year'
    group by region_code, region_level, edition_year, year_number, delivery_id
)

-- A client can have several types, so each type is a figure of its own and none is the sum of others.
{{ figures_of('by_type', indicators, dict(
    in_year('year_number'),
    region_vintage='year_number',
    edition_year='edition_year',
    status="case when is_provisional then 'provisional' else 'definitive' end"
)) }}
