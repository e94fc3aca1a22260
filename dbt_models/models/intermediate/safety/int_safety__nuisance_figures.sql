with nuisance as (select * from {{ ref('stg_police__nuisance_monthly') }}),

regions as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

counted_indicators as (
    select indicator_code
    from dictionary
    where source_feed = 'police.nuisance_monthly' and numerator is null
),

newest_month as (select max(period) as period from nuisance where period_type = 'month'),

-- The total of all kinds stands beside its parts: nothing is added to it.
totals as (
    select * from nuisance where period_type = 'month' and nuisance_name like 'Totaal%'
),

figures as (
    select
        totals.region_code,
        coalesce(regions.region_vintage, year(totals.period_start_date))::integer as region_vintage,
        totals.region_level,
        counted_indicators.indicator_code,
        null::integer as edition_year,
        totals.period_type,
        totals.period,
        totals.period_start_date,
        totals.period_end_date,
        -- The newest month is published before all of it is registered.
        totals.period <> newest_month.period as is_complete_period,
        (case counted_indicators.indicator_code
            when 'nuisance_reports_monthly_count' then totals.registration_count
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        totals.status,
        case when totals.registration_count is null then 'unknown' end as missing_reason,
        'police.nuisance_monthly' as feed,
        totals.delivery_id
    from totals
    cross join counted_indicators
    cross join newest_month
    left join regions on totals.region_code = regions.region_code
)

select * from figures
