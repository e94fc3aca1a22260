select
    category_assignment_id,
    report_id,
    main_category,
    sub_category
from {{ source('raw_signalen', 'categories') }}
