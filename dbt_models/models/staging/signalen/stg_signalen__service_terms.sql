select
    sla_id as service_term_id,
    main_category,
    sub_category,
    term_days,
    is_calendar_days,
    created_at as in_force_from
from {{ source('raw_signalen', 'sla') }}
