-- Pregnancy and maternity leave is no sickness. A running step lasts as far as the export can know.
select
    employee_key,
    {{ listed_department('absence') }} as department_name,
    start_date,
    coalesce(end_date, as_of_date) as end_date,
    end_date is null as is_running,
    part_time_factor,
    absence_pct / 100 as absent_share,
    as_of_date,
    delivery_id
from {{ source('raw_hr', 'absence') }} as absence
where absence_kind = 'ziek'
