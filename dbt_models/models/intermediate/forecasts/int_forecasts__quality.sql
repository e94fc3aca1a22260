{{ config(materialized='table') }}

with errors as (select * from {{ ref('int_forecasts__errors') }}),

regions as (select * from {{ ref('int_forecasts__regions') }}),

short_term as (select * from {{ ref('int_forecasts__short_term') }}),

clocks as (select * from {{ ref('int_forecasts__clocks') }}),

-- Each point counts for its region, and for its level.
pooled as (
    select
        *,
        region_code as pooled_region_code
    from errors
    union all
    select
        *,
        null::string as pooled_region_code
    from errors
),

measured as (
    select
        indicator_code,
        region_level,
        pooled_region_code,
        count(*) as points_count,
        max(horizon) as longest_horizon,
        max(period_end_date) as period_end_date,
        {{ mean_of('abs(error) / nullif(absolute_scale, 0)') }} as mase,
        sqrt({{ mean_of('error * error / nullif(squared_scale, 0)') }}) as rmsse,
        {{ mean_of('abs(year_before_error) / nullif(absolute_scale, 0)') }} as naive_mase,
        sqrt({{ mean_of('year_before_error * year_before_error / nullif(squared_scale, 0)') }}) as naive_rmsse,
        {{ mean_of('abs(two_years_error) / nullif(absolute_scale, 0)') }} as two_years_mase,
        100 * {{ mean_of('is_within_50') }} as coverage_50_pct,
        100 * {{ mean_of('is_within_80') }} as coverage_80_pct
    from pooled
    group by indicator_code, region_level, pooled_region_code
),

-- The year as a whole, where all of it came.
years as (
    select
        indicator_code,
        region_level,
        pooled_region_code,
        region_code,
        origin_period,
        {{ exact_sum('error') }} as error,
        {{ exact_sum('year_before_error') }} as year_before_error,
        {{ exact_sum('actual_value') }} as actual_value
    from pooled
    group by indicator_code, region_level, pooled_region_code, region_code, origin_period
    having count(*) = max(periods_per_year)
),

yearly as (
    select
        indicator_code,
        region_level,
        pooled_region_code,
        100 * {{ exact_sum('abs(error)') }} / nullif({{ exact_sum('actual_value') }}, 0) as wape_year_pct,
        100 * {{ exact_sum('abs(year_before_error)') }} / nullif({{ exact_sum('actual_value') }}, 0)
            as naive_wape_year_pct
    from years
    group by indicator_code, region_level, pooled_region_code
),

gains as (
    select
        indicator_code,
        region_level,
        pooled_region_code,
        origin_period,
        {{ exact_sum('abs(year_before_error) - abs(error)') }} as gain
    from pooled
    group by indicator_code, region_level, pooled_region_code, origin_period
),

by_origin as (
    select
        indicator_code,
        region_level,
        pooled_region_code,
        count(*) as origins_count,
        count(case when gain > 0 then 1 end) as better_origins_count
    from gains
    group by indicator_code, region_level, pooled_region_code
),

-- Forecasts from origins of one year overlap, so a smaller error is no proof: it has to be a twentieth smaller in all, by
-- both measures, and smaller at every origin.
compared as (
    select
        measured.indicator_code,
        measured.region_level,
        measured.pooled_region_code as region_code,
        by_origin.origins_count,
        measured.points_count,
        measured.longest_horizon,
        measured.period_end_date,
        measured.mase,
        measured.rmsse,
        measured.naive_mase,
        measured.two_years_mase,
        yearly.wape_year_pct,
        yearly.naive_wape_year_pct,
        measured.coverage_50_pct,
        measured.coverage_80_pct,
        coalesce(
            by_origin.origins_count >= 4
            and by_origin.better_origins_count = by_origin.origins_count
            and measured.mase < 0.95 * measured.naive_mase
            and measured.rmsse < 0.95 * measured.naive_rmsse,
            false
        ) as is_better
    from measured
    inner join by_origin
        on
            measured.indicator_code = by_origin.indicator_code
            and measured.region_level = by_origin.region_level
            and measured.pooled_region_code is not distinct from by_origin.pooled_region_code
    left join yearly
        on
            measured.indicator_code = yearly.indicator_code
            and measured.region_level = yearly.region_level
            and measured.pooled_region_code is not distinct from yearly.pooled_region_code
),

-- Of many regions some win by chance alone: a region is called better only where its whole level is.
judged as (
    select
        compared.indicator_code,
        compared.region_level,
        compared.region_code,
        compared.origins_count,
        compared.points_count,
        compared.longest_horizon,
        compared.period_end_date,
        compared.mase,
        compared.rmsse,
        compared.naive_mase,
        compared.two_years_mase,
        compared.wape_year_pct,
        compared.naive_wape_year_pct,
        compared.coverage_50_pct,
        compared.coverage_80_pct,
        compared.is_better and levels.is_better as beats_naive,
        null::string as reason_nl
    from compared
    inner join compared as levels
        on
            compared.indicator_code = levels.indicator_code
            and compared.region_level = levels.region_level
            and levels.region_code is null
),

-- Without a forecast the reason; with one of which nothing came yet, neither.
untested as (
    select
        regions.indicator_code,
        regions.region_level,
        regions.region_code,
        regions.reason_nl
    from regions
    left join judged
        on regions.indicator_code = judged.indicator_code and regions.region_code = judged.region_code
    where judged.indicator_code is null
),

verdicts as (
    select * from judged
    union all
    select
        indicator_code,
        region_level,
        region_code,
        0 as origins_count,
        0 as points_count,
        null::integer as longest_horizon,
        null::date as period_end_date,
        null::double as mase,
        null::double as rmsse,
        null::double as naive_mase,
        null::double as two_years_mase,
        null::double as wape_year_pct,
        null::double as naive_wape_year_pct,
        null::double as coverage_50_pct,
        null::double as coverage_80_pct,
        false as beats_naive,
        coalesce(reason_nl, 'Er is nog te weinig verstreken om de verwachting te toetsen.') as reason_nl
    from untested
),

methods as (
    select
        indicator_code,
        max(method) as method
    from short_term
    where is_latest
    group by indicator_code
)

select
    verdicts.indicator_code,
    verdicts.region_level,
    verdicts.region_code,
    methods.method,
    verdicts.origins_count,
    verdicts.points_count,
    verdicts.longest_horizon,
    verdicts.mase,
    verdicts.rmsse,
    verdicts.naive_mase,
    verdicts.two_years_mase,
    verdicts.wape_year_pct,
    verdicts.naive_wape_year_pct,
    verdicts.coverage_50_pct,
    verdicts.coverage_80_pct,
    verdicts.beats_naive,
    verdicts.reason_nl,
    coalesce(verdicts.period_end_date, clocks.last_known_date) as period_end_date,
    clocks.feed,
    clocks.denominator_feed,
    null::string as outline_feed,
    clocks.released_at
from verdicts
inner join clocks on verdicts.indicator_code = clocks.indicator_code
left join methods on verdicts.indicator_code = methods.indicator_code
