with wmo as (select * from {{ ref('stg_cbs__wmo') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

newest as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

delivered_indicators as (
    select indicator_code
    from dictionary
    where source_feed = 'cbs.wmo' and numerator is null
),

by_type as (
    select
        region_code,
        region_level,
        edition_year,
        year_number,
        delivery_id,
        max(is_provisional::integer) = 1 as is_provisional,
        max(case when provision_type = 'support_at_home' then clients_count end) as support_at_home_count,
        max(case when provision_type = 'household_help' then clients_count end) as household_help_count,
        max(case when provision_type = 'residence' then clients_count end) as residence_count,
        max(case when provision_type = 'aids' then clients_count end) as aids_count
    from wmo
    where period_type = 'year'
    group by region_code, region_level, edition_year, year_number, delivery_id
),

-- A client can have several types, so each type is a figure by itself and none is the sum of others.
figures as (
    select
        by_type.region_code,
        coalesce(regions.region_vintage, newest.region_vintage, by_type.year_number) as region_vintage,
        by_type.region_level,
        delivered_indicators.indicator_code,
        by_type.edition_year,
        'year' as period_type,
        by_type.year_number::varchar as period,
        make_date(by_type.year_number, 1, 1) as period_start_date,
        make_date(by_type.year_number, 12, 31) as period_end_date,
        true as is_complete_period,
        (case delivered_indicators.indicator_code
            when 'wmo_support_at_home_count' then by_type.support_at_home_count
            when 'wmo_household_help_count' then by_type.household_help_count
            when 'wmo_residence_count' then by_type.residence_count
            when 'wmo_aids_count' then by_type.aids_count
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        case when by_type.is_provisional then 'provisional' else 'definitive' end as status,
        null::varchar as missing_reason,
        'cbs.wmo' as feed,
        by_type.delivery_id
    from by_type
    left join regions
        on by_type.region_code = regions.region_code and by_type.year_number = regions.region_vintage
    left join newest on by_type.region_code = newest.region_code
    cross join delivered_indicators
)

select * from figures
