select * from {{ source('raw_greenery', 'trees') }}
