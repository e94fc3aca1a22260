with regions as (select * from {{ ref('int_regions__vintages') }}),

unioned as (
    select *
    from {{ ref('int_indicators__unioned') }} as every_figure
    where {{ is_elsewhere('every_figure') }}
),

inputs as (
    select distinct
        indicator_code,
        role,
        ages,
        year
    from {{ ref('int_outlook__inputs') }}
    where region_level = 'municipality'
)

-- Other municipalities show how care depends on age; the own neighbourhoods are too few and too small for that.
select
    unioned.region_code,
    unioned.indicator_code,
    inputs.role,
    inputs.ages,
    inputs.year,
    unioned.value
from unioned
inner join inputs
    on unioned.indicator_code = inputs.indicator_code and year(unioned.period_start_date) = inputs.year
where unioned.region_level = 'municipality' and unioned.value is not null
