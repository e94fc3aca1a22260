with trees as (select * from {{ source('raw_greenery', 'trees') }})

select
    month_start_date,
    month_end_date,
    neighbourhood_code,
    tree_count,
    delivery_id
from trees
