{% set indicators = {
    'police.nuisance_monthly': {
        'nuisance_reports_monthly_count': 'registration_count',
    },
} %}
{{ config(meta={'indicators': indicators}) }}

with nuisance as (select * from {{ ref('stg_police__nuisance_monthly') }}),

regions as (select * from {{ ref('int_regions__newest') }}),

delivered as ({{ delivered_indicators(['police.nuisance_monthly']) }}),

newest_month as (select max(period) as period from nuisance where period_type = 'month'),

-- The total of all kinds stands beside its parts: nothing is added to it.
totals as (
    select * from nuisance where period_type = 'month' and nuisance_name like 'Totaal%'
),

figures as (
    select
        {{ unpivoted_figures('totals', indicators, {
            'region_vintage': 'coalesce(regions.region_vintage, year(totals.period_start_date))::integer',
            'is_complete_period': 'totals.period <> newest_month.period',
            'status': 'totals.status',
            'missing_reason': "case when totals.registration_count is null then 'unknown' end",
        }) }}
    from totals
    cross join delivered
    cross join newest_month
    left join regions on totals.region_code = regions.region_code
)

select * from figures
