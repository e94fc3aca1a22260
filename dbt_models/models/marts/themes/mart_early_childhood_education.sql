{{ config(materialized='view') }}

with figures as (select * from {{ ref('int_early_childhood__wide') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }}),

-- Clocks move at every run and figures do not, so they meet only here.
final as (
    select
        figures.region_code,
        figures.region_vintage,
        figures.region_level,
        figures.region_name,
        figures.district_code,
        figures.municipality_code,
        figures.period_type,
        figures.period,
        figures.period_start_date,
        figures.period_end_date,
        figures.toddlers_count,
        figures.vve_indicated_toddlers_count,
        figures.vve_placed_toddlers_count,
        figures.vve_indicated_toddlers_pct,
        figures.vve_reach_pct,
        figures.vve_offered_hours,
        figures.vve_attended_hours,
        figures.vve_norm_hours,
        figures.vve_offered_norm_pct,
        figures.vve_attendance_pct,
        clocks.checked_at,
        figures.released_at,
        clocks.fresh_until
    from figures
    left join freshness as clocks on figures.feed = clocks.feed
)

select * from final
