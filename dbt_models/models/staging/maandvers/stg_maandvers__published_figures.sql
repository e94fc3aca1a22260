with figures as (select * from {{ source('raw_maandvers', 'published_figures') }}),

published as (
    select
        region_code,
        region_vintage,
        indicator_code,
        period,
        definition,
        value,
        status,
        published_on,
        release_number
    from figures
)

select * from published
