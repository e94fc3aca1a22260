{{ config(materialized='table') }}

with figures as (select * from {{ ref('int_indicators__final') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

-- CBS counts dwellings in which nobody is registered, once a year: the newest edition that it filled.
reference as (
    select
        region_code,
        value as vacant_dwelling_pct,
        period as vacant_dwelling_period,
        period_end_date,
        feed,
        released_at
    from figures
    where indicator_code = 'vacant_dwelling_pct' and is_current
),

wide as (
    select
        region_code,
        -- Figures of one period may come from tables with other borders; a region is one row all the same.
        max(region_vintage) as region_vintage,
        region_level,
        period_type,
        period,
        period_start_date,
        period_end_date,
        max(case when indicator_code = 'shop_count' then value end) as shop_count,
        max(case when indicator_code = 'vacant_shop_count' then value end) as vacant_shop_count,
        max(case when indicator_code = 'vacant_shop_pct' then value end) as vacant_shop_pct,
        max(case when indicator_code = 'long_term_vacant_shop_count' then value end) as long_term_vacant_shop_count,
        max(case when indicator_code = 'long_term_vacant_shop_pct' then value end) as long_term_vacant_shop_pct,
        max(case when indicator_code = 'shop_floor_area_m2' then value end) as shop_floor_area_m2,
        max(case when indicator_code = 'vacant_shop_floor_area_m2' then value end) as vacant_shop_floor_area_m2,
        max(case when indicator_code = 'vacant_shop_floor_area_pct' then value end) as vacant_shop_floor_area_pct,
        max(case when indicator_code = 'office_count' then value end) as office_count,
        max(case when indicator_code = 'vacant_office_count' then value end) as vacant_office_count,
        max(case when indicator_code = 'vacant_office_pct' then value end) as vacant_office_pct,
        max(case when indicator_code = 'long_term_vacant_office_count' then value end) as long_term_vacant_office_count,
        max(case when indicator_code = 'long_term_vacant_office_pct' then value end) as long_term_vacant_office_pct,
        max(case when indicator_code = 'office_floor_area_m2' then value end) as office_floor_area_m2,
        max(case when indicator_code = 'vacant_office_floor_area_m2' then value end) as vacant_office_floor_area_m2,
        max(case when indicator_code = 'vacant_office_floor_area_pct' then value end) as vacant_office_floor_area_pct,
        max(case when indicator_code = 'business_premises_count' then value end) as business_premises_count,
        max(case when indicator_code = 'vacant_business_premises_count' then value end) as vacant_business_premises_count,
        max(case when indicator_code = 'vacant_business_premises_pct' then value end) as vacant_business_premises_pct,
        max(case when indicator_code = 'long_term_vacant_business_premises_count' then value end) as long_term_vacant_business_premises_count,
        max(case when indicator_code = 'long_term_vacant_business_premises_pct' then value end) as long_term_vacant_business_premises_pct,
        max(case when indicator_code = 'business_premises_floor_area_m2' then value end) as business_premises_floor_area_m2,
        max(case when indicator_code = 'vacant_business_premises_floor_area_m2' then value end) as vacant_business_premises_floor_area_m2,
        max(case when indicator_code = 'vacant_business_premises_floor_area_pct' then value end) as vacant_business_premises_floor_area_pct,
        max(case when indicator_code = 'registered_dwelling_count' then value end) as registered_dwelling_count,
        max(case when indicator_code = 'vacant_registered_dwelling_count' then value end) as vacant_registered_dwelling_count,
        max(case when indicator_code = 'vacant_registered_dwelling_pct' then value end) as vacant_registered_dwelling_pct,
        max(case when indicator_code = 'long_term_vacant_registered_dwelling_count' then value end) as long_term_vacant_registered_dwelling_count,
        max(case when indicator_code = 'long_term_vacant_registered_dwelling_pct' then value end) as long_term_vacant_registered_dwelling_pct,
        feed,
        min(released_at) as released_at
    from figures
    where
        period_type in ('month')
        and feed in ('vacancy.premises')
        and indicator_code in (
            'shop_count',
            'vacant_shop_count',
            'vacant_shop_pct',
            'long_term_vacant_shop_count',
            'long_term_vacant_shop_pct',
            'shop_floor_area_m2',
            'vacant_shop_floor_area_m2',
            'vacant_shop_floor_area_pct',
            'office_count',
            'vacant_office_count',
            'vacant_office_pct',
            'long_term_vacant_office_count',
            'long_term_vacant_office_pct',
            'office_floor_area_m2',
            'vacant_office_floor_area_m2',
            'vacant_office_floor_area_pct',
            'business_premises_count',
            'vacant_business_premises_count',
            'vacant_business_premises_pct',
            'long_term_vacant_business_premises_count',
            'long_term_vacant_business_premises_pct',
            'business_premises_floor_area_m2',
            'vacant_business_premises_floor_area_m2',
            'vacant_business_premises_floor_area_pct',
            'registered_dwelling_count',
            'vacant_registered_dwelling_count',
            'vacant_registered_dwelling_pct',
            'long_term_vacant_registered_dwelling_count',
            'long_term_vacant_registered_dwelling_pct'
        )
    group by all
),

placed as (
    select
        wide.region_code,
        wide.region_vintage,
        wide.region_level,
        regions.region_name,
        regions.district_code,
        regions.municipality_code,
        wide.period_type,
        wide.period,
        wide.period_start_date,
        wide.period_end_date,
        wide.shop_count,
        wide.vacant_shop_count,
        wide.vacant_shop_pct,
        wide.long_term_vacant_shop_count,
        wide.long_term_vacant_shop_pct,
        wide.shop_floor_area_m2,
        wide.vacant_shop_floor_area_m2,
        wide.vacant_shop_floor_area_pct,
        wide.office_count,
        wide.vacant_office_count,
        wide.vacant_office_pct,
        wide.long_term_vacant_office_count,
        wide.long_term_vacant_office_pct,
        wide.office_floor_area_m2,
        wide.vacant_office_floor_area_m2,
        wide.vacant_office_floor_area_pct,
        wide.business_premises_count,
        wide.vacant_business_premises_count,
        wide.vacant_business_premises_pct,
        wide.long_term_vacant_business_premises_count,
        wide.long_term_vacant_business_premises_pct,
        wide.business_premises_floor_area_m2,
        wide.vacant_business_premises_floor_area_m2,
        wide.vacant_business_premises_floor_area_pct,
        wide.registered_dwelling_count,
        wide.vacant_registered_dwelling_count,
        wide.vacant_registered_dwelling_pct,
        wide.long_term_vacant_registered_dwelling_count,
        wide.long_term_vacant_registered_dwelling_pct,
        reference.vacant_dwelling_pct,
        reference.vacant_dwelling_period,
        wide.feed as premises_feed,
        wide.released_at as premises_released_at,
        reference.feed as key_figures_feed,
        reference.released_at as key_figures_released_at,
        reference.period_end_date as key_figures_period_end_date
    from wide
    left join reference on wide.region_code = reference.region_code
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from placed
