with by_region as (select * from {{ ref('int_early_childhood__by_region') }}),

dictionary as (select * from {{ ref('indicators') }}),

counted_indicators as (
    select
        indicator_code,
        unit
    from dictionary
    where source_feed = 'vve.places' and numerator is null
),

-- Hours of fewer than five toddlers tell of those toddlers as much as their number does.
counted as (
    select
        by_region.*,
        counted_indicators.indicator_code,
        counted_indicators.unit = 'hours' and by_region.placed_count between 1 and 4 as is_secret
    from by_region
    cross join counted_indicators
),

figures as (
    select
        region_code,
        region_vintage,
        region_level,
        indicator_code,
        null::integer as edition_year,
        'month' as period_type,
        year(month_start_date)::varchar || '-' || lpad(month(month_start_date)::varchar, 2, '0') as period,
        month_start_date as period_start_date,
        month_end_date as period_end_date,
        is_complete_month as is_complete_period,
        case when not is_secret then (case indicator_code
            when 'toddlers_count' then toddlers_count
            when 'vve_indicated_toddlers_count' then indicated_count
            when 'vve_placed_toddlers_count' then placed_count
            when 'vve_offered_hours' then offered_hours
            when 'vve_attended_hours' then attended_hours
            -- 960 hours in the eighteen months from two and a half to four years.
            when 'vve_norm_hours' then placed_count * 960.0 / 18
        end) end::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        null::varchar as status,
        case when is_secret then 'secret' end as missing_reason,
        'vve.places' as feed,
        delivery_id
    from counted
)

select * from figures
