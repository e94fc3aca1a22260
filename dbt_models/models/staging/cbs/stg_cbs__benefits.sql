with benefits as (select * from {{ source('raw_cbs', 'benefits') }}),

-- CBS codes a quarter by its number (2025KW01) or by its last month (2025MM03).
quarters as (
    select
        *,
        substr(period_code, 1, 4)::integer as year_number,
        case
            when substr(period_code, 5, 2) = 'KW' then substr(period_code, 7, 2)::integer
            when substr(period_code, 5, 2) = 'MM' then (substr(period_code, 7, 2)::integer / 3)::integer
        end as quarter_number
    from benefits
    where
        (substr(period_code, 5, 2) = 'KW' or substr(period_code, 5, 4) in ('MM03', 'MM06', 'MM09', 'MM12'))
        and region_code <> 'NL98'
),

named as (
    select
        {{ region_code('region_code') }} as region_code,
        edition_year,
        delivery_id,
        {{ region_level('region_code') }} as region_level,
        year_number::string || '-Q' || quarter_number::string as period,
        make_date(year_number, 3 * quarter_number - 2, 1) as period_start_date,
        last_day(make_date(year_number, 3 * quarter_number, 1)) as period_end_date,
        coalesce(period_name like '%*%', false) as is_provisional,
        welfare_recipients_count,
        disability_benefit_recipients_count,
        unemployment_benefit_recipients_count,
        state_pension_recipients_count,
        population_15_plus_count,
        population_15_to_pension_age_count,
        population_from_pension_age_count
    from quarters
    -- Where NL01 is the Netherlands, NL00 is everyone and includes who lives abroad.
    qualify row_number() over (
        partition by {{ region_code('region_code') }}, edition_year, period_code
        order by region_code desc
    ) = 1
)

select * from named
