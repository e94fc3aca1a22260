{{ config(materialized='table') }}

with figures as (select * from {{ ref('int_indicators__final') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

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
        max(case when indicator_code = 'primary_schools_count' then value end) as primary_schools_count,
        max(case when indicator_code = 'public_primary_schools_count' then value end) as public_primary_schools_count,
        max(case when indicator_code = 'public_primary_schools_pct' then value end) as public_primary_schools_pct,
        max(case when indicator_code = 'primary_pupils_count' then value end) as primary_pupils_count,
        max(case when indicator_code = 'pupils_per_primary_school' then value end) as pupils_per_primary_school,
        max(case when indicator_code = 'school_advice_count' then value end) as school_advice_count,
        max(case when indicator_code = 'school_advice_practical_count' then value end) as school_advice_practical_count,
        max(case when indicator_code = 'school_advice_vmbo_count' then value end) as school_advice_vmbo_count,
        max(case when indicator_code = 'school_advice_vmbo_havo_count' then value end) as school_advice_vmbo_havo_count,
        max(case when indicator_code = 'school_advice_havo_count' then value end) as school_advice_havo_count,
        max(case when indicator_code = 'school_advice_vwo_count' then value end) as school_advice_vwo_count,
        max(case when indicator_code = 'school_advice_practical_pct' then value end) as school_advice_practical_pct,
        max(case when indicator_code = 'school_advice_vmbo_pct' then value end) as school_advice_vmbo_pct,
        max(case when indicator_code = 'school_advice_vmbo_havo_pct' then value end) as school_advice_vmbo_havo_pct,
        max(case when indicator_code = 'school_advice_havo_pct' then value end) as school_advice_havo_pct,
        max(case when indicator_code = 'school_advice_vwo_pct' then value end) as school_advice_vwo_pct,
        max(case when 'duo.schools' in (feed, denominator_feed) then 'duo.schools' end) as schools_feed,
        min(
            case 'duo.schools'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as schools_released_at,
        max(case when 'duo.pupils' in (feed, denominator_feed) then 'duo.pupils' end) as pupils_feed,
        min(
            case 'duo.pupils'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as pupils_released_at,
        max(case when 'duo.school_advice' in (feed, denominator_feed) then 'duo.school_advice' end) as school_advice_feed,
        min(
            case 'duo.school_advice'
                when feed then released_at
                when denominator_feed then denominator_released_at
            end
        ) as school_advice_released_at
    from figures
    where
        period_type in ('year')
        and feed in ('duo.schools', 'duo.pupils', 'duo.school_advice')
        and indicator_code in (
            'primary_schools_count',
            'public_primary_schools_count',
            'public_primary_schools_pct',
            'primary_pupils_count',
            'pupils_per_primary_school',
            'school_advice_count',
            'school_advice_practical_count',
            'school_advice_vmbo_count',
            'school_advice_vmbo_havo_count',
            'school_advice_havo_count',
            'school_advice_vwo_count',
            'school_advice_practical_pct',
            'school_advice_vmbo_pct',
            'school_advice_vmbo_havo_pct',
            'school_advice_havo_pct',
            'school_advice_vwo_pct'
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
        wide.primary_schools_count,
        wide.public_primary_schools_count,
        wide.public_primary_schools_pct,
        wide.primary_pupils_count,
        wide.pupils_per_primary_school,
        wide.school_advice_count,
        wide.school_advice_practical_count,
        wide.school_advice_vmbo_count,
        wide.school_advice_vmbo_havo_count,
        wide.school_advice_havo_count,
        wide.school_advice_vwo_count,
        wide.school_advice_practical_pct,
        wide.school_advice_vmbo_pct,
        wide.school_advice_vmbo_havo_pct,
        wide.school_advice_havo_pct,
        wide.school_advice_vwo_pct,
        wide.schools_feed,
        wide.schools_released_at,
        wide.pupils_feed,
        wide.pupils_released_at,
        wide.school_advice_feed,
        wide.school_advice_released_at
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from placed
