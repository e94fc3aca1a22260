with provisions as (select * from {{ ref('stg_cbs__provisions') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

newest as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

delivered_indicators as (
    select indicator_code
    from dictionary
    where source_feed = 'cbs.provisions' and numerator is null
),

by_combination as (
    select
        region_code,
        region_level,
        edition_year,
        year_number,
        delivery_id,
        max(is_provisional::integer) = 1 as is_provisional,
        max(case when provision_number = 'total' and law_combination = 'total' then clients_count end) as clients_count,
        max(case when provision_number = 'total' and law_combination = 'total' then households_count end)
            as households_count,
        max(case when provision_number = 'total' and law_combination = 'youth' then households_count end)
            as only_youth_count,
        max(case when provision_number = 'total' and law_combination = 'welfare' then households_count end)
            as only_welfare_count,
        max(case when provision_number = 'total' and law_combination = 'wmo' then households_count end)
            as only_wmo_count,
        max(case when provision_number = '1' and law_combination = 'total' then households_count end)
            as one_provision_count,
        max(case when provision_number = '2' and law_combination = 'total' then households_count end)
            as two_provisions_count
    from provisions
    where period_type = 'year'
    group by region_code, region_level, edition_year, year_number, delivery_id
),

-- Combinations of laws exclude each other, but the small ones are often left out: what remains of the total is known
-- where the large ones are. Four figures that are each rounded to five can be off by twenty together.
stacked as (
    select
        *,
        households_count - only_youth_count - only_welfare_count - only_wmo_count as more_laws_count,
        households_count - one_provision_count - two_provisions_count as three_or_more_count
    from by_combination
),

-- Rounding can bring a difference below nothing.
known as (
    select
        *,
        case when more_laws_count < 0 then 0 else more_laws_count end as households_with_more_laws_count,
        case when three_or_more_count < 0 then 0 else three_or_more_count end as households_with_three_or_more_count
    from stacked
),

-- Clients and households are counted apart: a household puts together what its members have each by themselves.
figures as (
    select
        known.region_code,
        coalesce(regions.region_vintage, newest.region_vintage, known.year_number) as region_vintage,
        known.region_level,
        delivered_indicators.indicator_code,
        known.edition_year,
        'year' as period_type,
        known.year_number::varchar as period,
        make_date(known.year_number, 1, 1) as period_start_date,
        make_date(known.year_number, 12, 31) as period_end_date,
        true as is_complete_period,
        (case delivered_indicators.indicator_code
            when 'social_domain_clients_count' then known.clients_count
            when 'social_domain_households_count' then known.households_count
            when 'households_with_more_laws_count' then known.households_with_more_laws_count
            when 'households_with_three_or_more_provisions_count' then known.households_with_three_or_more_count
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        case when known.is_provisional then 'provisional' else 'definitive' end as status,
        null::varchar as missing_reason,
        'cbs.provisions' as feed,
        known.delivery_id
    from known
    left join regions
        on known.region_code = regions.region_code and known.year_number = regions.region_vintage
    left join newest on known.region_code = newest.region_code
    cross join delivered_indicators
)

select * from figures
