-- Signalen's codes: o handled, a cancelled, s split. A request after the closing alone does not reopen a report;
-- every other state, 'reopened' among them, means work in progress or to do.
select
    status_id,
    report_id,
    state,
    created_at as entered_at,
    state in ('o', 'a', 's') as is_closed,
    state not in ('o', 'a', 's', 'reopen requested', 'reaction requested', 'reaction received') as is_open
from {{ source('raw_signalen', 'statuses') }}
