with measures as (select * from {{ ref('policy_measures') }} where municipality_code = '{{ var('municipality_code') }}'),

phased as (select * from {{ ref('policy_measure_starts') }}),

starts as (
    select
        phased.measure_code,
        phased.region_code,
        phased.start_date
    from phased
    inner join measures on phased.measure_code = measures.measure_code
    union all
    select
        measure_code,
        region_code,
        start_date
    from measures
    where measure_code not in (select measure_code from phased)
)

select
    measure_code,
    region_code,
    case substr(region_code, 1, 2)
        when 'BU' then 'neighbourhood'
        when 'WK' then 'district'
        when 'GA' then 'area'
        when 'GM' then 'municipality'
    end as region_level,
    start_date
from starts
