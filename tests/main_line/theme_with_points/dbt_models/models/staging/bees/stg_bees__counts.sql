select * from {{ source('raw_bees', 'counts') }}
