with counts as (select * from {{ ref('stg_bees__counts') }})

{{ placed_in_neighbourhoods('raw_bees', 'counts', 'counts', 'observed_date') }}
