{% set indicators = {
    'police.nuisance_monthly': {
        'nuisance_reports_monthly_count': 'registration_count',
    },
} %}

with nuisance as (select * from {{ ref('stg_police__nuisance_monthly') }}),

newest_month as (select max(period) as period from nuisance where period_type = 'month'),

-- The total of all kinds stands beside its parts: nothing is added to it.
totals as (
    select * from nuisance where period_type = 'month' and nuisance_name like 'Totaal%'
)

{{ figures_of('totals', indicators, {
    'is_complete_period': 'totals.period <> newest_month.period',
    'period': 'totals.period',
    'status': 'status',
    'missing_reason': "case when registration_count is null then 'unknown' end",
}) }}
cross join newest_month
