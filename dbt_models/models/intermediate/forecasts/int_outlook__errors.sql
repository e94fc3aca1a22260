with projections as (select * from {{ ref('int_outlook__projections') }}),

inputs as (select * from {{ ref('int_outlook__inputs') }}),

members as (select * from {{ ref('int_outlook__members') }}),

-- A region that is not known in whole has no figure of its own here.
known as (
    select
        members.region_code,
        inputs.indicator_code,
        inputs.year,
        sum(inputs.value) as value,
        count(*) as known_count
    from inputs
    inner join members on inputs.region_code = members.neighbourhood_code
    where inputs.region_level = 'neighbourhood'
    group by members.region_code, inputs.indicator_code, inputs.year
),

sizes as (
    select
        region_code,
        count(*) as neighbourhood_count
    from members
    group by region_code
),

yearly as (
    select
        known.region_code,
        known.indicator_code,
        known.year,
        known.value
    from known
    inner join sizes on known.region_code = sizes.region_code and known.known_count = sizes.neighbourhood_count
    union all
    select
        region_code,
        indicator_code,
        year,
        value
    from inputs
    where region_level = 'municipality'
),

changes as (
    select
        region_code,
        indicator_code,
        year,
        value - lag(value) over (partition by region_code, indicator_code order by year) as change
    from yearly
),

tests as (
    select *
    from projections
    where not is_latest and actual_value is not null and naive_value is not null
),

-- Scaled by how much the figure changed in a year, up to the edition that was projected from.
scales as (
    select
        tests.region_code,
        tests.indicator_code,
        tests.origin_year,
        avg(abs(changes.change)) as absolute_scale,
        avg(changes.change * changes.change) as squared_scale
    from (
        select distinct
            region_code,
            indicator_code,
            origin_year
        from tests
    ) as tests
    inner join changes
        on
            tests.region_code = changes.region_code
            and tests.indicator_code = changes.indicator_code
            and tests.origin_year >= changes.year
    group by tests.region_code, tests.indicator_code, tests.origin_year
)

select
    tests.region_code,
    tests.region_level,
    tests.indicator_code,
    tests.origin_year,
    tests.year,
    tests.actual_value,
    tests.has_own_cohorts,
    abs(tests.mean_value - tests.actual_value) as absolute_error,
    abs(tests.naive_value - tests.actual_value) as naive_error,
    abs(tests.mean_value - tests.actual_value) / nullif(scales.absolute_scale, 0) as scaled_error,
    abs(tests.naive_value - tests.actual_value) / nullif(scales.absolute_scale, 0) as naive_scaled_error,
    power(tests.mean_value - tests.actual_value, 2) / nullif(scales.squared_scale, 0) as squared_scaled_error,
    case when tests.actual_value between tests.lower_50 and tests.upper_50 then 1 else 0 end as is_within_50,
    case when tests.actual_value between tests.lower_80 and tests.upper_80 then 1 else 0 end as is_within_80
from tests
left join scales
    on
        tests.region_code = scales.region_code
        and tests.indicator_code = scales.indicator_code
        and tests.origin_year = scales.origin_year
