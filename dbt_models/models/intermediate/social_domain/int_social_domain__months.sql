with allocations as (select * from {{ ref('stg_social_domain__allocations') }}),

-- Four years are enough for a forecast; older allocations are cleared away in most administrations.
span as (
    select
        date_trunc('month', max(extracted_on))::date as last_month,
        greatest(
            date_trunc('month', min(start_date))::date,
            (date_trunc('month', max(extracted_on)) - interval '48' month)::date
        ) as first_month,
        max(extracted_on) as extracted_on
    from allocations
    having count(*) > 0
),

months as (
    select
        {{ months_from_to('first_month', 'last_month') }} as month_start_date,
        first_month,
        extracted_on
    from span
)

select
    month_start_date,
    last_day(month_start_date) as month_end_date,
    year(month_start_date) as year_number,
    {{ month_name('month_start_date') }} as period,
    extracted_on,
    -- The month of the export still runs.
    extracted_on > last_day(month_start_date) as is_complete_month,
    extracted_on > make_date(year(month_start_date), 12, 31) as is_complete_year,
    first_month <= make_date(year(month_start_date), 1, 1) as has_whole_year
from months
