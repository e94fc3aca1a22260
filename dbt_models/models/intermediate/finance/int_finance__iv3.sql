with accounts as (select * from {{ ref('stg_iv3__accounts') }}),

received as (
    select
        delivery_id,
        max(received_at) as received_at
    from {{ ref('stg_maandvers__deliveries') }}
    where feed = 'iv3.accounts'
    group by delivery_id
),

reported as (
    select
        region_code,
        fiscal_year,
        report,
        case report when 'quarter_1' then 3 when 'quarter_2' then 6 when 'quarter_3' then 9 else 12 end as months_elapsed,
        task_field_code,
        edition_year,
        delivery_id,
        sum(case when amount_type = 'expense' then amount_eur end) as expense_eur,
        sum(case when amount_type = 'revenue' then amount_eur end) as revenue_eur,
        count(second_placement_eur) > 0 as is_final
    from accounts
    where item_type = 'task_field' and amount_type in ('expense', 'revenue')
    group by all
)

-- A sum over nothing but empty amounts is empty: what the municipality did not report is missing, not zero. An edition has
-- rows for reports that are still to come; a budget is whole on the day it is made.
select
    'iv3' as source,
    reported.region_code,
    reported.fiscal_year,
    reported.report,
    reported.months_elapsed,
    reported.report = 'budget'
    or coalesce(
        last_day(make_date(reported.fiscal_year, reported.months_elapsed, 1)) < cast(received.received_at as date), true
    ) as is_complete,
    reported.task_field_code,
    reported.expense_eur,
    reported.revenue_eur,
    reported.is_final,
    'iv3.accounts' as feed,
    reported.edition_year,
    reported.delivery_id
from reported
left join received on reported.delivery_id = received.delivery_id
