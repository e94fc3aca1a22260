with by_region as (select * from {{ ref('int_self_sufficiency__recipients_by_region') }}),

recipients as (select * from {{ ref('stg_benefits_admin__recipients') }}),

dictionary as (select * from {{ ref('indicators') }}),

counted_indicators as (
    select indicator_code
    from dictionary
    where source_feed = 'benefits_admin.recipients' and numerator is null
),

delivery as (select max(delivery_id) as delivery_id from recipients),

figures as (
    select
        by_region.region_code,
        by_region.region_vintage,
        by_region.region_level,
        counted_indicators.indicator_code,
        null::integer as edition_year,
        'month' as period_type,
        by_region.period,
        by_region.month_start_date as period_start_date,
        by_region.month_end_date as period_end_date,
        by_region.is_complete_month as is_complete_period,
        (case counted_indicators.indicator_code
            when 'benefit_households_count' then by_region.households_count
            when 'benefit_recipients_count' then by_region.persons_count
            when 'general_assistance_recipients_count' then by_region.general_assistance_count
            when 'ioaw_ioaz_recipients_count' then by_region.ioaw_ioaz_count
            when 'bbz_recipients_count' then by_region.bbz_count
            when 'benefit_inflow_count' then by_region.inflow_count
            when 'benefit_outflow_count' then by_region.outflow_count
            when 'benefit_outflow_to_work_count' then by_region.outflow_to_work_count
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        'definitive' as status,
        null::varchar as missing_reason,
        'benefits_admin.recipients' as feed,
        delivery.delivery_id
    from by_region
    cross join counted_indicators
    cross join delivery
)

select * from figures
