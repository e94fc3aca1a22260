with by_task_field as (select * from {{ ref('int_finance__by_task_field') }}),

youth_care as (select * from {{ ref('int_finance__youth_care') }}),

newest_regions as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

-- Which dictionary rows each report fills.
delivered_indicators as (
    select
        indicator_code,
        source_feed,
        case
            when source_feed = 'ledger.actuals' then 'month'
            when source_feed = 'ledger.budget' or indicator_code like '%budget%' then 'budget'
            else 'accounts'
        end as report_kind
    from dictionary
    where source_feed in ('iv3.accounts', 'ledger.actuals', 'ledger.budget') and numerator is null
),

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
        sum(case when is_in_total then expense_eur end) as expense,
        sum(case when is_in_total then revenue_eur end) as revenue,
        sum(case when is_in_total then balance_eur end) as balance,
        sum(case when is_in_total and main_task_field_code = '0' then expense_eur end) as expense_0,
        sum(case when main_task_field_code = '1' then expense_eur end) as expense_1,
        sum(case when main_task_field_code = '2' then expense_eur end) as expense_2,
        sum(case when main_task_field_code = '3' then expense_eur end) as expense_3,
        sum(case when main_task_field_code = '4' then expense_eur end) as expense_4,
        sum(case when main_task_field_code = '5' then expense_eur end) as expense_5,
        sum(case when main_task_field_code = '6' then expense_eur end) as expense_6,
        sum(case when main_task_field_code = '7' then expense_eur end) as expense_7,
        sum(case when main_task_field_code = '8' then expense_eur end) as expense_8,
        sum(case when is_youth_care then expense_eur end) as youth_care_expense,
        sum(case when is_youth_care then revenue_eur end) as youth_care_revenue,
        sum(case when is_youth_care then balance_eur end) as youth_care_balance,
        sum(case when is_wmo then balance_eur end) as wmo_balance
    from by_task_field
    where report in ('budget', 'accounts') or report like 'month%'
    group by all
),

figures as (
    select
        added_up.region_code,
        coalesce(newest_regions.region_vintage, added_up.fiscal_year) as region_vintage,
        'municipality' as region_level,
        delivered_indicators.indicator_code,
        added_up.edition_year,
        case when added_up.report_kind = 'month' then 'month' else 'year' end as period_type,
        added_up.fiscal_year::varchar
        || case when added_up.report_kind = 'month' then '-' || substr(added_up.report, 7, 2) else '' end as period,
        make_date(
            added_up.fiscal_year, case when added_up.report_kind = 'month' then month(added_up.period_end_date) else 1 end, 1
        ) as period_start_date,
        added_up.period_end_date,
        added_up.is_complete as is_complete_period,
        (case delivered_indicators.indicator_code
            when 'budget_expense_eur' then added_up.expense
            when 'budget_revenue_eur' then added_up.revenue
            when 'budget_balance_eur' then added_up.balance
            when 'accounts_expense_eur' then added_up.expense
            when 'accounts_revenue_eur' then added_up.revenue
            when 'accounts_balance_eur' then added_up.balance
            when 'administration_expense_eur' then added_up.expense_0
            when 'safety_expense_eur' then added_up.expense_1
            when 'traffic_expense_eur' then added_up.expense_2
            when 'economy_expense_eur' then added_up.expense_3
            when 'education_expense_eur' then added_up.expense_4
            when 'culture_and_recreation_expense_eur' then added_up.expense_5
            when 'social_domain_expense_eur' then added_up.expense_6
            when 'health_and_environment_expense_eur' then added_up.expense_7
            when 'housing_and_planning_expense_eur' then added_up.expense_8
            when 'youth_care_budget_expense_eur' then added_up.youth_care_expense
            when 'youth_care_budget_revenue_eur' then added_up.youth_care_revenue
            when 'youth_care_budget_balance_eur' then added_up.youth_care_balance
            when 'wmo_budget_balance_eur' then added_up.wmo_balance
            when 'youth_care_accounts_expense_eur' then added_up.youth_care_expense
            when 'youth_care_accounts_revenue_eur' then added_up.youth_care_revenue
            when 'youth_care_accounts_balance_eur' then added_up.youth_care_balance
            when 'wmo_accounts_balance_eur' then added_up.wmo_balance
            when 'expense_to_date_eur' then added_up.expense
            when 'revenue_to_date_eur' then added_up.revenue
            when 'balance_to_date_eur' then added_up.balance
            when 'youth_care_expense_to_date_eur' then added_up.youth_care_expense
            when 'youth_care_balance_to_date_eur' then added_up.youth_care_balance
            when 'youth_care_projected_balance_eur' then youth_care.projected_revenue_eur - youth_care.projected_expense_eur
            when 'wmo_balance_to_date_eur' then added_up.wmo_balance
            when 'current_budget_balance_eur' then added_up.balance
            when 'youth_care_current_budget_balance_eur' then added_up.youth_care_balance
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        -- Iv3 is final at its second placement; the ledger of a year can change until its accounts are adopted.
        case when added_up.is_final then 'definitive' else 'provisional' end as status,
        null::varchar as missing_reason,
        added_up.feed,
        added_up.delivery_id
    from added_up
    inner join delivered_indicators
        on
            added_up.feed = delivered_indicators.source_feed
            and added_up.report_kind = delivered_indicators.report_kind
    left join youth_care
        on
            added_up.feed = 'ledger.actuals'
            and youth_care.source = 'ledger'
            and added_up.fiscal_year = youth_care.fiscal_year
            and added_up.report = youth_care.report
    left join newest_regions on added_up.region_code = newest_regions.region_code
)

select * from figures
