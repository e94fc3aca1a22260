with key_figures as (select * from {{ ref('int_indicators__key_figures') }}),

reports as (select * from {{ ref('int_indicators__reports') }}),

-- Every feed that fills indicators is one branch here.
base as (
    select
        region_code,
        region_vintage,
        region_level,
        indicator_code,
        edition_year,
        'year' as period_type,
        edition_year::varchar as period,
        make_date(edition_year, 1, 1) as period_start_date,
        make_date(edition_year, 12, 31) as period_end_date,
        true as is_complete_period,
        value,
        'cbs.key_figures' as feed,
        delivery_id
    from key_figures
    union all
    select
        region_code,
        region_vintage,
        region_level,
        indicator_code,
        null::integer as edition_year,
        'month' as period_type,
        period,
        month_start_date as period_start_date,
        month_end_date as period_end_date,
        is_complete_month as is_complete_period,
        value,
        'signalen.reports' as feed,
        delivery_id
    from reports
)

select * from base
