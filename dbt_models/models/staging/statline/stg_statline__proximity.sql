with proximity as (select * from {{ source('raw_statline', 'proximity') }}),

cleaned as (
    select
        delivery_id,
        region_name,
        distance_to_library_km
    from proximity
)

select * from cleaned
