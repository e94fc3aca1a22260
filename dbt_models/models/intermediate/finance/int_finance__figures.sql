{% set indicators = {
    'iv3.accounts': {
        'budget_expense_eur': 'expense',
        'budget_revenue_eur': 'revenue',
        'budget_balance_eur': 'balance',
        'accounts_expense_eur': 'expense',
        'accounts_revenue_eur': 'revenue',
        'accounts_balance_eur': 'balance',
        'administration_expense_eur': 'expense_0',
        'safety_expense_eur': 'expense_1',
        'traffic_expense_eur': 'expense_2',
        'economy_expense_eur': 'expense_3',
        'education_expense_eur': 'expense_4',
        'culture_and_recreation_expense_eur': 'expense_5',
        'social_domain_expense_eur': 'expense_6',
        'health_and_environment_expense_eur': 'expense_7',
        'housing_and_planning_expense_eur': 'expense_8',
        'youth_care_budget_expense_eur': 'youth_care_expense',
        'youth_care_budget_revenue_eur': 'youth_care_revenue',
        'youth_care_budget_balance_eur': 'youth_care_balance',
        'wmo_budget_balance_eur': 'wmo_balance',
        'youth_care_accounts_expense_eur': 'youth_care_expense',
        'youth_care_accounts_revenue_eur': 'youth_care_revenue',
        'youth_care_accounts_balance_eur': 'youth_care_balance',
        'wmo_accounts_balance_eur': 'wmo_balance',
    },
    'ledger.actuals': {
        'expense_to_date_eur': 'expense',
        'revenue_to_date_eur': 'revenue',
        'balance_to_date_eur': 'balance',
        'youth_care_expense_to_date_eur': 'youth_care_expense',
        'youth_care_balance_to_date_eur': 'youth_care_balance',
        'youth_care_projected_balance_eur': 'youth_care.projected_revenue_eur - youth_care.projected_expense_eur',
        'wmo_balance_to_date_eur': 'wmo_balance',
    },
    'ledger.budget': {
        'current_budget_balance_eur': 'balance',
        'youth_care_current_budget_balance_eur': 'youth_care_balance',
    },
} %}

with by_task_field as (select * from {{ ref('int_finance__by_task_field') }}),

youth_care as (select * from {{ ref('int_finance__youth_care') }}),

added_up as (
    select
        report_feed as feed,
        region_code,
        fiscal_year,
        report,
        case when report in ('budget', 'accounts') then report else 'month' end as report_kind,
        period_end_date,
        is_complete,
        is_final,
        edition_year,
        delivery_id,
        {{ exact_sum('case when is_in_total then expense_eur end') }} as expense,
        {{ exact_sum('case when is_in_total then revenue_eur end') }} as revenue,
        {{ exact_sum('case when is_in_total then balance_eur end') }} as balance,
        {{ exact_sum("case when is_in_total and main_task_field_code = '0' then expense_eur end") }} as expense_0,
        {{ exact_sum("case when main_task_field_code = '1' then expense_eur end") }} as expense_1,
        {{ exact_sum("case when main_task_field_code = '2' then expense_eur end") }} as expense_2,
        {{ exact_sum("case when main_task_field_code = '3' then expense_eur end") }} as expense_3,
        {{ exact_sum("case when main_task_field_code = '4' then expense_eur end") }} as expense_4,
        {{ exact_sum("case when main_task_field_code = '5' then expense_eur end") }} as expense_5,
        {{ exact_sum("case when main_task_field_code = '6' then expense_eur end") }} as expense_6,
        {{ exact_sum("case when main_task_field_code = '7' then expense_eur end") }} as expense_7,
        {{ exact_sum("case when main_task_field_code = '8' then expense_eur end") }} as expense_8,
        {{ exact_sum('case when is_youth_care then expense_eur end') }} as youth_care_expense,
        {{ exact_sum('case when is_youth_care then revenue_eur end') }} as youth_care_revenue,
        {{ exact_sum('case when is_youth_care then balance_eur end') }} as youth_care_balance,
        {{ exact_sum('case when is_wmo then balance_eur end') }} as wmo_balance
    from by_task_field
    where report in ('budget', 'accounts') or report like 'month%'
    group by all
)

-- Iv3 is final at its second placement; the ledger of a year can change until its accounts are adopted.
{{ figures_of('added_up', indicators, {
    'region_level': "'municipality'",
    'edition_year': 'added_up.edition_year',
    'period_type': "case when report_kind = 'month' then 'month' else 'year' end",
    'period': "added_up.fiscal_year::string
            || case when report_kind = 'month' then '-' || substr(added_up.report, 7, 2) else '' end",
    'period_start_date': "make_date(
            added_up.fiscal_year, case when report_kind = 'month' then month(added_up.period_end_date) else 1 end, 1
        )",
    'period_end_date': 'added_up.period_end_date',
    'is_complete_period': 'added_up.is_complete',
    'status': "case when added_up.is_final then 'definitive' else 'provisional' end",
}) }}
left join youth_care
    on
        added_up.feed = 'ledger.actuals'
        and youth_care.source = 'ledger'
        and added_up.fiscal_year = youth_care.fiscal_year
        and added_up.report = youth_care.report
where
    added_up.feed = delivered.source_feed
    -- Of other municipalities the contract asks for no more.
    and (
        added_up.region_code = '{{ var('municipality_code') }}'
        or delivered.indicator_code = 'youth_care_accounts_expense_eur'
    )
    and added_up.report_kind = case
        when delivered.source_feed = 'ledger.actuals' then 'month'
        when delivered.source_feed = 'ledger.budget' or delivered.indicator_code like '%budget%' then 'budget'
        else 'accounts'
    end
