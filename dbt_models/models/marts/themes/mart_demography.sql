{{ config(materialized='view') }}

with figures as (select * from {{ ref('int_demography__wide') }}),

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
        figures.population_count,
        figures.male_count,
        figures.female_count,
        figures.population_0_14_count,
        figures.population_15_24_count,
        figures.population_25_44_count,
        figures.population_45_64_count,
        figures.population_65_plus_count,
        figures.population_0_14_pct,
        figures.population_15_24_pct,
        figures.population_25_44_pct,
        figures.population_45_64_pct,
        figures.population_65_plus_pct,
        figures.population_density_per_km2,
        figures.births_count,
        figures.births_per_1000,
        figures.deaths_count,
        figures.deaths_per_1000,
        figures.household_count,
        figures.average_household_size,
        figures.single_person_household_pct,
        figures.household_without_children_pct,
        figures.household_with_children_pct,
        clocks.checked_at,
        figures.released_at,
        clocks.fresh_until
    from figures
    left join freshness as clocks on figures.feed = clocks.feed
)

select * from final
