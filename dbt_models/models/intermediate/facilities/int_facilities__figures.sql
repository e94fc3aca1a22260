{{ config(meta={'by_contract': ['cbs.proximity']}) }}

with proximity as (select * from {{ ref('stg_cbs__proximity') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

newest as (select * from {{ ref('int_regions__newest') }}),

delivered as ({{ delivered_indicators(['cbs.proximity']) }}),

figures as (
    select
        {{ unpivoted_figures('proximity', {}, dict(
            in_year('proximity.edition_year'),
            region_vintage='coalesce(regions.region_vintage, newest.region_vintage, proximity.edition_year)',
            edition_year='proximity.edition_year'
        ), by_contract=['cbs.proximity']) }}
    from proximity
    left join regions
        on proximity.region_code = regions.region_code and proximity.edition_year = regions.region_vintage
    left join newest on proximity.region_code = newest.region_code
    cross join delivered
)

select * from figures
