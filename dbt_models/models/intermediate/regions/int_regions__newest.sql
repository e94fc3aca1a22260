with regions as (select * from {{ ref('int_regions__vintages') }}),

-- For figures whose supplier does not say of which year their borders are.
newest as (
    select
        region_code,
        region_vintage,
        region_level,
        municipality_code
    from regions
    qualify row_number() over (partition by region_code order by region_vintage desc) = 1
)

select * from newest
