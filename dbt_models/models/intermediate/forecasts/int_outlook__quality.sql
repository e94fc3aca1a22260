{{ config(materialized='table') }}

-- Of the first editions of neighbourhoods cohorts are known of the municipality alone: a method that is used no more.
with errors as (select * from {{ ref('int_outlook__errors') }} where has_own_cohorts),

clocks as (select * from {{ ref('int_outlook__clocks') }}),

ten_years as (select * from {{ ref('int_outlook__ten_years') }}),

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

gains as (
    select
        indicator_code,
        region_level,
        pooled_region_code,
        origin_year,
        sum(naive_error) - sum(absolute_error) as gain
    from pooled
    group by indicator_code, region_level, pooled_region_code, origin_year
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

regional as (
    select
        indicator_code,
        region_level,
        region_code,
        avg(naive_error - absolute_error) as gain
    from errors
    group by indicator_code, region_level, region_code
),

by_region as (
    select
        indicator_code,
        region_level,
        count(*) as regions_count,
        avg(gain) as mean_gain,
        stddev_samp(gain) / sqrt(count(*)) as gain_error
    from regional
    group by indicator_code, region_level
),

measured as (
    select
        indicator_code,
        region_level,
        pooled_region_code,
        count(*) as points_count,
        max(year - origin_year) as longest_horizon,
        max(year) as newest_year,
        avg(scaled_error) as mase,
        sqrt(avg(squared_scaled_error)) as rmsse,
        avg(naive_scaled_error) as naive_mase,
        100.0 * sum(absolute_error) / nullif(sum(actual_value), 0) as wape_year_pct,
        100.0 * sum(naive_error) / nullif(sum(actual_value), 0) as naive_wape_year_pct,
        100.0 * avg(is_within_50) as coverage_50_pct,
        100.0 * avg(is_within_80) as coverage_80_pct
    from pooled
    group by indicator_code, region_level, pooled_region_code
),

levels as (
    select *
    from (values ('neighbourhood'), ('district'), ('municipality')) as wanted (region_level)
),

-- Regions and editions overlap, so a smaller sum of errors alone is no proof: it has to be smaller by a twentieth. A level
-- of many regions has to be better by more than chance between regions; a single region, or a level of few, from every
-- edition that was tried.
judged as (
    select
        measured.*,
        by_origin.origins_count,
        coalesce(measured.wape_year_pct <= 0.95 * measured.naive_wape_year_pct, false)
        and case
            when measured.pooled_region_code is null and by_region.regions_count >= 5
                then by_region.mean_gain > 1.645 * by_region.gain_error
            else by_origin.origins_count >= 3 and by_origin.better_origins_count = by_origin.origins_count
        end as beats_naive
    from measured
    inner join by_origin
        on
            measured.indicator_code = by_origin.indicator_code
            and measured.region_level = by_origin.region_level
            and measured.pooled_region_code is not distinct from by_origin.pooled_region_code
    inner join by_region
        on measured.indicator_code = by_region.indicator_code and measured.region_level = by_region.region_level
),

untested as (
    select
        clocks.indicator_code,
        levels.region_level
    from clocks
    cross join levels
    left join judged
        on
            clocks.indicator_code = judged.indicator_code
            and levels.region_level = judged.region_level
            and judged.pooled_region_code is null
    where judged.indicator_code is null
    -- Persons of 80 and older are forecast of the municipality alone.
    and (clocks.role <> 'oldest' or levels.region_level = 'municipality')
),

verdicts as (
    select
        indicator_code,
        region_level,
        pooled_region_code as region_code,
        origins_count,
        points_count,
        longest_horizon,
        newest_year,
        mase,
        rmsse,
        naive_mase,
        wape_year_pct,
        naive_wape_year_pct,
        coverage_50_pct,
        coverage_80_pct,
        beats_naive,
        null::string as reason_nl
    from judged
    union all
    select
        indicator_code,
        region_level,
        null::string as region_code,
        0 as origins_count,
        0 as points_count,
        null::integer as longest_horizon,
        null::integer as newest_year,
        null::double as mase,
        null::double as rmsse,
        null::double as naive_mase,
        null::double as wape_year_pct,
        null::double as naive_wape_year_pct,
        null::double as coverage_50_pct,
        null::double as coverage_80_pct,
        false as beats_naive,
        'Er zijn te weinig jaren met cijfers om een verwachting te maken en te toetsen.' as reason_nl
    from untested
)

select
    verdicts.*,
    -- A baseline of the short term alone.
    null::double as two_years_mase,
    ten_years.origin_year::string as ten_years_origin_period,
    ten_years.year::string as ten_years_period,
    ten_years.wape_pct as ten_years_wape_pct,
    ten_years.naive_wape_pct as naive_ten_years_wape_pct,
    ten_years.tested_regions_count as ten_years_regions_count,
    ten_years.regions_count,
    ten_years.reason_nl as ten_years_reason_nl,
    case clocks.role when 'care' then 'hamilton_perry_rates' else 'hamilton_perry' end as method,
    make_date(verdicts.newest_year::integer, 12, 31) as period_end_date,
    clocks.feed,
    clocks.denominator_feed,
    clocks.outline_feed,
    clocks.released_at
from verdicts
inner join clocks on verdicts.indicator_code = clocks.indicator_code
left join ten_years
    on
        verdicts.indicator_code = ten_years.indicator_code
        and verdicts.region_level = ten_years.region_level
        and verdicts.region_code is not distinct from ten_years.region_code
