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
        max(case when indicator_code = 'toddlers_count' then value end) as toddlers_count,
        max(case when indicator_code = 'vve_indicated_toddlers_count' then value end) as vve_indicated_toddlers_count,
        max(case when indicator_code = 'vve_placed_toddlers_count' then value end) as vve_placed_toddlers_count,
        max(case when indicator_code = 'vve_indicated_toddlers_pct' then value end) as vve_indicated_toddlers_pct,
        max(case when indicator_code = 'vve_reach_pct' then value end) as vve_reach_pct,
        max(case when indicator_code = 'vve_offered_hours' then value end) as vve_offered_hours,
        max(case when indicator_code = 'vve_attended_hours' then value end) as vve_attended_hours,
        max(case when indicator_code = 'vve_norm_hours' then value end) as vve_norm_hours,
        max(case when indicator_code = 'vve_offered_norm_pct' then value end) as vve_offered_norm_pct,
        max(case when indicator_code = 'vve_attendance_pct' then value end) as vve_attendance_pct,
        feed,
        min(released_at) as released_at
    from figures
    where
        period_type in ('month')
        and feed in ('vve.places')
        and indicator_code in (
            'toddlers_count',
            'vve_indicated_toddlers_count',
            'vve_placed_toddlers_count',
            'vve_indicated_toddlers_pct',
            'vve_reach_pct',
            'vve_offered_hours',
            'vve_attended_hours',
            'vve_norm_hours',
            'vve_offered_norm_pct',
            'vve_attendance_pct'
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
        wide.toddlers_count,
        wide.vve_indicated_toddlers_count,
        wide.vve_placed_toddlers_count,
        wide.vve_indicated_toddlers_pct,
        wide.vve_reach_pct,
        wide.vve_offered_hours,
        wide.vve_attended_hours,
        wide.vve_norm_hours,
        wide.vve_offered_norm_pct,
        wide.vve_attendance_pct,
        wide.feed,
        wide.released_at
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from placed
