{% set indicators = {
    'benefits_admin.recipients': {
        'benefit_households_count': 'households_count',
        'benefit_recipients_count': 'persons_count',
        'general_assistance_recipients_count': 'general_assistance_count',
        'ioaw_ioaz_recipients_count': 'ioaw_ioaz_count',
        'bbz_recipients_count': 'bbz_count',
        'benefit_inflow_count': 'inflow_count',
        'benefit_outflow_count': 'outflow_count',
        'benefit_outflow_to_work_count': 'outflow_to_work_count',
    },
} %}

with by_region as (select * from {{ ref('int_self_sufficiency__recipients_by_region') }})

{{ figures_of('by_region', indicators, dict(in_month_of('reference_date'), status="'definitive'")) }}
