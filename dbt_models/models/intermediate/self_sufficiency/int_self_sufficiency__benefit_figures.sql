{% set indicators = {
    'cbs.benefits': {
        'welfare_recipients_quarter_count': 'welfare_recipients_count',
        'disability_benefit_recipients_quarter_count': 'disability_benefit_recipients_count',
        'unemployment_benefit_recipients_quarter_count': 'unemployment_benefit_recipients_count',
        'state_pension_recipients_quarter_count': 'state_pension_recipients_count',
        'population_15_plus_count': 'population_15_plus_count',
        'population_15_to_pension_age_count': 'population_15_to_pension_age_count',
        'population_from_pension_age_count': 'population_from_pension_age_count',
    },
} %}

with every_table as (select * from {{ ref('stg_cbs__benefits') }}),

-- Of two tables that hold a quarter the newer one tells it.
benefits as (
    select *
    from every_table
    qualify row_number() over (partition by region_code, period order by edition_year desc) = 1
)

-- A count at the end of a quarter: quarters are put beside each other and never added up.
{{ figures_of('benefits', indicators, {
    'region_vintage': 'edition_year',
    'edition_year': 'edition_year',
    'period_type': "'quarter'",
    'is_complete_period': 'true',
    'status': "case when is_provisional then 'provisional' else 'definitive' end",
}) }}
