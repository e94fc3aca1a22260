-- Both placements publish the same figure; the second holds what was corrected after the first. Codes are texts
-- everywhere: 0.10 is another task field than 0.1.
select
    region_code,
    substr(report_code, 1, 4)::integer as fiscal_year,
    case substr(report_code, 5)
        when 'X000' then 'budget'
        when 'X001' then 'quarter_1'
        when 'X002' then 'quarter_2'
        when 'X003' then 'quarter_3'
        when 'X004' then 'quarter_4'
        when 'X005' then 'accounts'
    end as report,
    task_field_code as detail_code,
    case
        when substr(task_field_code, 1, 1) between '0' and '9' then {{ task_field('task_field_code') }}
        else task_field_code
    end as task_field_code,
    case
        when substr(task_field_code, 1, 1) between '0' and '9' then 'task_field'
        when substr(task_field_code, 1, 1) in ('A', 'P') then 'balance_sheet'
        else 'cost_centre'
    end as item_type,
    category_code,
    case substr(category_code, 1, 1)
        when 'L' then 'expense'
        when 'B' then 'revenue'
        else 'state'
    end as amount_type,
    1000 * first_placement_thousand_eur as first_placement_eur,
    1000 * second_placement_thousand_eur as second_placement_eur,
    1000 * coalesce(second_placement_thousand_eur, first_placement_thousand_eur) as amount_eur,
    edition_year,
    delivery_id
from {{ source('raw_iv3', 'accounts') }}
