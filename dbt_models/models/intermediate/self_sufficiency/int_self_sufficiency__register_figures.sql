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
{{ config(meta={'indicators': indicators}) }}

with by_region as (select * from {{ ref('int_self_sufficiency__recipients_by_region') }}),

recipients as (select * from {{ ref('stg_benefits_admin__recipients') }}),

delivered as ({{ delivered_indicators(['benefits_admin.recipients']) }}),

delivery as (select max(delivery_id) as delivery_id from recipients),

figures as (
    select
        {{ unpivoted_figures('by_region', indicators, dict(
            in_month('by_region'), status="'definitive'", delivery_id='delivery.delivery_id'
        )) }}
    from by_region
    cross join delivered
    cross join delivery
)

select * from figures
