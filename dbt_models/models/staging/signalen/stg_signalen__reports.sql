select
    report_id,
    source as report_channel,
    created_at as reported_at,
    updated_at,
    category_assignment_id,
    location_id,
    status_id,
    priority,
    parent_report_id,
    report_type,
    delivery_id
from {{ source('raw_signalen', 'signals') }}
