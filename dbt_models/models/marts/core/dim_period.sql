{{ config(materialized='table') }}

-- Every period that a figure or a forecast may be about, with one row each, whether there are figures of it or not.
with months as (
    select {{ months_from_to("date '1990-01-01'", "date '2060-12-01'") }} as month_start_date
),

periods as (
    select
        'month' as period_type,
        month_start_date as period_start_date,
        (month_start_date + interval '1' month - interval '1' day)::date as period_end_date,
        year(month_start_date) as calendar_year,
        quarter(month_start_date) as calendar_quarter,
        month(month_start_date) as calendar_month
    from months
    union all
    select
        'quarter',
        month_start_date,
        (month_start_date + interval '3' month - interval '1' day)::date,
        year(month_start_date),
        quarter(month_start_date),
        null
    from months
    where month(month_start_date) in (1, 4, 7, 10)
    union all
    select
        'year',
        month_start_date,
        (month_start_date + interval '1' year - interval '1' day)::date,
        year(month_start_date),
        null,
        null
    from months
    where month(month_start_date) = 1
)

select
    {{ declared_columns('periods', {
        'period': "case period_type
            when 'year' then calendar_year::string
            when 'quarter' then calendar_year || '-Q' || calendar_quarter
            else calendar_year || '-' || lpad(calendar_month::string, 2, '0')
        end",
        'calendar_year': 'calendar_year::integer',
        'calendar_quarter': 'calendar_quarter::integer',
        'calendar_month': 'calendar_month::integer',
        'period_label_nl': "case period_type
            when 'year' then calendar_year::string
            when 'quarter' then calendar_quarter || 'e kwartaal ' || calendar_year
            else case calendar_month
                when 1 then 'januari' when 2 then 'februari' when 3 then 'maart' when 4 then 'april'
                when 5 then 'mei' when 6 then 'juni' when 7 then 'juli' when 8 then 'augustus'
                when 9 then 'september' when 10 then 'oktober' when 11 then 'november' else 'december'
            end || ' ' || calendar_year
        end",
    }) }}
from periods
