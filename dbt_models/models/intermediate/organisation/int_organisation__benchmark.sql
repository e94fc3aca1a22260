with sickness_absence as (select * from {{ ref('stg_cbs__sickness_absence') }})

-- Section O of SBI 2008: public administration.
select
    period,
    period_start_date,
    period_end_date,
    absence_pct
from sickness_absence
where sector_code = '415300' and period_type = 'quarter'
