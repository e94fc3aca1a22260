with with_areas as (select * from {{ ref('int_indicators__with_areas') }}),

ratios as (select * from {{ ref('int_indicators__ratios') }})

select
    {{ figure_columns('with_areas') }},
    null::double as numerator,
    null::double as denominator,
    null::varchar as denominator_period,
    with_areas.denominator_feed,
    with_areas.denominator_delivery_id
from with_areas
union all
select
    {{ figure_columns('ratios') }},
    ratios.numerator,
    ratios.denominator,
    ratios.denominator_period,
    ratios.denominator_feed,
    ratios.denominator_delivery_id
from ratios
