{{ config(materialized='view') }}

with figures as (select * from {{ ref('fct_indicator_values') }}),

regions as (select * from {{ ref('dim_region') }}),

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
        min(checked_at) as checked_at,
        min(fresh_until) as fresh_until
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

final as (
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
        wide.checked_at,
        wide.fresh_until
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from final
