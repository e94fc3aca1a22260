{{ config(materialized='table') }}

with unioned as (select * from {{ ref('int_indicators__unioned') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

together as (select * from {{ ref('suppression_groups') }}),

-- Each figure beside the one that it is a part of, or of which it is the whole. Their difference is a number of persons
-- as well, and where one is secret the other must not lead to it.
pairs as (
    select
        figures.region_code,
        figures.period,
        together.indicator_code,
        together.split_code,
        case when together.relation <> 'follows' then beside.value end as beside_value,
        coalesce(
            figures.missing_reason = 'suppressed'
            or beside.missing_reason = 'suppressed'
            or (
                together.relation <> 'follows'
                and abs(beside.value - figures.value) > 0
                and abs(beside.value - figures.value) < dictionary.suppression_threshold
            ),
            false
        ) as is_suppressed
    from unioned as figures
    inner join together on figures.indicator_code = together.indicator_code
    inner join dictionary on together.indicator_code = dictionary.indicator_code
    inner join unioned as beside
        on
            together.beside_code = beside.indicator_code
            and figures.region_code = beside.region_code
            and figures.period = beside.period
)

-- One part of a split is the whole less the others: none goes without the others, nor in one neighbourhood without the
-- same in another. That other one is found by the size of the whole, so that where the whole is hidden the parts are too.
select
    region_code,
    period,
    indicator_code,
    max(case when is_suppressed then 1 else 0 end) over split = 1 as is_suppressed,
    max(beside_value) over split as size
from pairs
window split as (partition by region_code, period, split_code)
