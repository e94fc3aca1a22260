with accounts as (select * from {{ ref('stg_iv3__accounts') }})

-- A sum over nothing but empty amounts is empty: what the municipality did not report is missing, not zero.
select
    'iv3' as source,
    region_code,
    fiscal_year,
    report,
    case report when 'quarter_1' then 3 when 'quarter_2' then 6 when 'quarter_3' then 9 else 12 end as months_elapsed,
    true as is_complete,
    task_field_code,
    sum(case when amount_type = 'expense' then amount_eur end) as expense_eur,
    sum(case when amount_type = 'revenue' then amount_eur end) as revenue_eur,
    count(second_placement_eur) > 0 as is_final,
    'iv3.accounts' as feed,
    edition_year,
    delivery_id
from accounts
where item_type = 'task_field' and amount_type in ('expense', 'revenue')
group by all
