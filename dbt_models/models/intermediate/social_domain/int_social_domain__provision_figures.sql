{% set indicators = {
    'cbs.provisions': {
        'social_domain_clients_count': 'clients_count',
        'social_domain_households_count': 'households_count',
        'households_with_more_laws_count': {'value': 'households_with_more_laws_count', 'columns': ['households_count', 'households_count', 'households_count', 'households_count']},
        'households_with_three_or_more_provisions_count': {'value': 'households_with_three_or_more_count', 'columns': ['households_count', 'households_count', 'households_count']},
    },
} %}

with provisions as (select * from {{ ref('stg_cbs__provisions') }}),

by_combination as (
    select
        region_code,
        region_level,
        edition_year,
        year_number,
        delivery_id,
        max(is_provisional::integer) = 1 as is_provisional,
        max(case when provision_number = 'total' and law_combination = 'total' then clients_count end) as clients_count,
        max(case when provision_number = 'total' and law_combination = 'total' then households_count end)
            as households_count,
        max(case when provision_number = 'total' and law_combination = 'youth' then households_count end)
            as only_youth_count,
        max(case when provision_number = 'total' and law_combination = 'welfare' then households_count end)
            as only_welfare_count,
        max(case when provision_number = 'total' and law_combination = 'wmo' then households_count end)
            as only_wmo_count,
        max(case when provision_number = '1' and law_combination = 'total' then households_count end)
            as one_provision_count,
        max(case when provision_number = '2' and law_combination = 'total' then households_count end)
            as two_provisions_count
    from provisions
    where period_type = 'year'
    group by region_code, region_level, edition_year, year_number, delivery_id
),

-- Combinations of laws exclude each other, but the small ones are often left out: what remains of the total is known
-- where the large ones are. Four figures that are each rounded to five can be off by twenty together.
stacked as (
    select
        *,
        households_count - only_youth_count - only_welfare_count - only_wmo_count as more_laws_count,
        households_count - one_provision_count - two_provisions_count as three_or_more_count
    from by_combination
),

-- Rounding can bring a difference below nothing.
known as (
    select
        *,
        case when more_laws_count < 0 then 0 else more_laws_count end as households_with_more_laws_count,
        case when three_or_more_count < 0 then 0 else three_or_more_count end as households_with_three_or_more_count
    from stacked
)

-- Clients and households are counted apart: a household puts together the provisions of its members.
{{ figures_of('known', indicators, dict(
    in_year('year_number'),
    region_vintage='year_number',
    edition_year='edition_year',
    status="case when is_provisional then 'provisional' else 'definitive' end"
)) }}
