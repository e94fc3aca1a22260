with publication as (select * from {{ source('raw_maandvers', 'publication') }}),

days as (select published_on from publication)

select * from days
