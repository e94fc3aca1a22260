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
        max(case when indicator_code = 'population_count' then value end) as population_count,
        max(case when indicator_code = 'male_count' then value end) as male_count,
        max(case when indicator_code = 'female_count' then value end) as female_count,
        max(case when indicator_code = 'population_0_14_count' then value end) as population_0_14_count,
        max(case when indicator_code = 'population_15_24_count' then value end) as population_15_24_count,
        max(case when indicator_code = 'population_25_44_count' then value end) as population_25_44_count,
        max(case when indicator_code = 'population_45_64_count' then value end) as population_45_64_count,
        max(case when indicator_code = 'population_65_plus_count' then value end) as population_65_plus_count,
        max(case when indicator_code = 'population_0_14_pct' then value end) as population_0_14_pct,
        max(case when indicator_code = 'population_15_24_pct' then value end) as population_15_24_pct,
        max(case when indicator_code = 'population_25_44_pct' then value end) as population_25_44_pct,
        max(case when indicator_code = 'population_45_64_pct' then value end) as population_45_64_pct,
        max(case when indicator_code = 'population_65_plus_pct' then value end) as population_65_plus_pct,
        max(case when indicator_code = 'population_density_per_km2' then value end) as population_density_per_km2,
        max(case when indicator_code = 'births_count' then value end) as births_count,
        max(case when indicator_code = 'births_per_1000' then value end) as births_per_1000,
        max(case when indicator_code = 'deaths_count' then value end) as deaths_count,
        max(case when indicator_code = 'deaths_per_1000' then value end) as deaths_per_1000,
        max(case when indicator_code = 'household_count' then value end) as household_count,
        max(case when indicator_code = 'average_household_size' then value end) as average_household_size,
        max(case when indicator_code = 'single_person_household_pct' then value end) as single_person_household_pct,
        max(case when indicator_code = 'household_without_children_pct' then value end) as household_without_children_pct,
        max(case when indicator_code = 'household_with_children_pct' then value end) as household_with_children_pct,
        feed,
        min(released_at) as released_at
    from figures
    where
        period_type in ('year')
        and feed in ('cbs.key_figures')
        and indicator_code in (
            'population_count',
            'male_count',
            'female_count',
            'population_0_14_count',
            'population_15_24_count',
            'population_25_44_count',
            'population_45_64_count',
            'population_65_plus_count',
            'population_0_14_pct',
            'population_15_24_pct',
            'population_25_44_pct',
            'population_45_64_pct',
            'population_65_plus_pct',
            'population_density_per_km2',
            'births_count',
            'births_per_1000',
            'deaths_count',
            'deaths_per_1000',
            'household_count',
            'average_household_size',
            'single_person_household_pct',
            'household_without_children_pct',
            'household_with_children_pct'
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
        wide.population_count,
        wide.male_count,
        wide.female_count,
        wide.population_0_14_count,
        wide.population_15_24_count,
        wide.population_25_44_count,
        wide.population_45_64_count,
        wide.population_65_plus_count,
        wide.population_0_14_pct,
        wide.population_15_24_pct,
        wide.population_25_44_pct,
        wide.population_45_64_pct,
        wide.population_65_plus_pct,
        wide.population_density_per_km2,
        wide.births_count,
        wide.births_per_1000,
        wide.deaths_count,
        wide.deaths_per_1000,
        wide.household_count,
        wide.average_household_size,
        wide.single_person_household_pct,
        wide.household_without_children_pct,
        wide.household_with_children_pct,
        wide.feed,
        wide.released_at
    from wide
    left join regions
        on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
)

select * from placed
