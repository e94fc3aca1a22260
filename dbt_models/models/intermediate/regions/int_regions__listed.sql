with key_figures as (select * from {{ ref('stg_cbs__key_figures') }}),

borders as (select * from {{ ref('stg_pdok__borders') }}),

shared_ground as (select * from {{ ref('int_regions__overlaps') }}),

in_reports as (select * from {{ ref('int_regions__in_reports') }}),

own_areas as (select * from {{ ref('own_areas') }}),

-- A supplier that is late may not empty another's theme: while CBS is withheld, regions are those that have an
-- outline. Whether a border moved is then measured instead of told.
drawn as (
    select
        borders.region_code,
        borders.region_vintage,
        borders.region_level,
        borders.region_name,
        municipalities.region_name as municipality_name,
        case
            when borders.region_level <> 'neighbourhood' then null
            when shared_ground.is_same then '1'
            else '3'
        end as boundary_change_code
    from borders
    left join borders as municipalities
        on
            borders.municipality_code = municipalities.region_code
            and borders.region_vintage = municipalities.region_vintage
            and not municipalities.is_water
    left join shared_ground
        on
            borders.region_code = shared_ground.from_code
            and borders.region_code = shared_ground.to_code
            and borders.region_vintage = shared_ground.to_vintage
            and borders.region_vintage = shared_ground.from_vintage + 1
    where not borders.is_water and not exists (select 1 from key_figures)
),

official as (
    select
        region_code,
        edition_year as region_vintage,
        region_level,
        region_name,
        municipality_name,
        boundary_change_code,
        most_common_postcode,
        population_count,
        urbanity_class
    from key_figures
    union all
    select
        region_code,
        region_vintage,
        region_level,
        region_name,
        municipality_name,
        boundary_change_code,
        null as most_common_postcode,
        null as population_count,
        null as urbanity_class
    from drawn
    union all
    -- Without outlines either, names are missing, and nothing else.
    select
        region_code,
        region_vintage,
        region_level,
        null as region_name,
        null as municipality_name,
        null as boundary_change_code,
        null as most_common_postcode,
        null as population_count,
        null as urbanity_class
    from in_reports
),

sizes as (select area_code, count(*) as neighbourhood_count from own_areas group by all),

-- An area is there in the years that have all of its neighbourhoods; it changed when one of them did.
areas as (
    select
        own_areas.area_code as region_code,
        official.region_vintage,
        'area' as region_level,
        max(own_areas.area_name) as region_name,
        max(official.municipality_name) as municipality_name,
        max(official.boundary_change_code) as boundary_change_code,
        null as most_common_postcode,
        null as population_count,
        null as urbanity_class
    from own_areas
    inner join official
        on own_areas.neighbourhood_code = official.region_code and own_areas.municipality_code = 'GM' || substr(official.region_code, 3, 4)
    inner join sizes on own_areas.area_code = sizes.area_code
    group by own_areas.area_code, official.region_vintage, sizes.neighbourhood_count
    having count(*) = sizes.neighbourhood_count
)

select * from official
union all
select * from areas
