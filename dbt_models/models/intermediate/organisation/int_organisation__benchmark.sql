with sickness_absence as (select * from {{ ref('stg_cbs__sickness_absence') }}),

-- Section O of SBI 2008, which a municipality belongs to. A code of CBS says nothing of what it stands for: one that
-- comes with another name is another sector.
public_administration as (
    select *
    from sickness_absence
    where sector_code = '417400' and sector_name = 'O Openbaar bestuur en overheidsdiensten'
),

quarters as (
    select
        period,
        period_start_date,
        period_end_date,
        absence_pct,
        case
            when
                count(absence_pct) over four_quarters = 4
                and min(period_start_date) over four_quarters = period_start_date - interval '9' month
                then avg(absence_pct) over four_quarters
        end as mean_of_four_pct
    from public_administration
    where period_type = 'quarter'
    window four_quarters as (order by period_start_date rows between 3 preceding and current row)
),

years as (select * from public_administration where period_type = 'year')

-- Of a calendar year CBS itself says how much it was.
select
    quarters.period,
    quarters.period_start_date,
    quarters.period_end_date,
    quarters.absence_pct,
    coalesce(years.absence_pct, quarters.mean_of_four_pct) as absence_12_months_pct
from quarters
left join years on quarters.period_end_date = years.period_end_date
