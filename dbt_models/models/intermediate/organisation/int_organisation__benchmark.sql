with sickness_absence as (select * from {{ ref('stg_cbs__sickness_absence') }})

-- Section O of SBI 2008, which a municipality belongs to. A code of CBS says nothing of what it stands for: one that
-- comes with another name is another sector.
select
    period,
    period_start_date,
    period_end_date,
    absence_pct
from sickness_absence
where
    sector_code = '417400'
    and sector_name = 'O Openbaar bestuur en overheidsdiensten'
    and period_type = 'quarter'
