{{ config(materialized='table') }}

with unioned as (select * from {{ ref('int_indicators__unioned') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }}),

newest as (
    select
        region_code,
        region_vintage
    from regions
    where
        region_level = 'neighbourhood'
        and is_newest_vintage
        and municipality_code = '{{ var('municipality_code') }}'
),

crosswalk as (
    select *
    from {{ ref('int_regions__crosswalk') }}
    where
        to_code in (select region_code from newest)
        or 'GM' || substr(from_code, 3, 4) = '{{ var('municipality_code') }}'
),

-- Only editions use the borders of their year; own registers are always counted on the newest. Ground is not
-- shared out by people.
figures as (
    select
        unioned.region_code,
        unioned.region_vintage,
        unioned.indicator_code,
        unioned.edition_year,
        unioned.period_type,
        unioned.period,
        unioned.period_start_date,
        unioned.period_end_date,
        unioned.is_complete_period,
        unioned.value,
        unioned.feed,
        unioned.delivery_id,
        min(case when unioned.value is null or unioned.value = round(unioned.value) then 1 else 0 end)
            over (partition by unioned.indicator_code, unioned.period) = 1 as is_whole
    from unioned
    inner join dictionary on unioned.indicator_code = dictionary.indicator_code
    where
        unioned.region_level = 'neighbourhood'
        and unioned.edition_year is not null
        and dictionary.aggregation = 'sum'
        and dictionary.numerator is null
        and dictionary.unit <> 'ha'
        and unioned.region_code in (select from_code from crosswalk)
),

-- From better to worse, so that the worst part decides.
qualities as (
    select *
    from (values ('exact', 1), ('assumed', 2), ('estimated', 3), ('not_converted', 4)) as ranks (quality, quality_rank)
),

converted as (
    select
        crosswalk.to_code as region_code,
        figures.indicator_code,
        figures.period,
        -- One part that is not known, or of which not all is there, leaves the whole unknown.
        case
            when count(figures.value) = count(*) and count(case when qualities.quality = 'not_converted' then 1 end) = 0
                then round(sum(crosswalk.weight * figures.value), 6)
        end as value,
        max(qualities.quality_rank) as quality_rank,
        max(case when crosswalk.is_by_outline then 1 else 0 end) as is_by_outline,
        max(case when crosswalk.is_by_people then 1 else 0 end) as is_by_people
    from figures
    inner join crosswalk
        on figures.region_code = crosswalk.from_code and figures.region_vintage = crosswalk.from_vintage
    inner join qualities on crosswalk.quality = qualities.quality
    where crosswalk.to_code is not null
    group by all
),

-- Every newest neighbourhood has a row per figure, so that what could not be converted is seen to be absent.
wanted as (
    select distinct
        indicator_code,
        edition_year,
        period_type,
        period,
        period_start_date,
        period_end_date,
        is_complete_period,
        is_whole,
        feed,
        delivery_id
    from figures
),

spread as (
    select
        newest.region_code,
        newest.region_vintage,
        wanted.indicator_code,
        wanted.edition_year,
        wanted.period_type,
        wanted.period,
        wanted.period_start_date,
        wanted.period_end_date,
        wanted.is_complete_period,
        wanted.is_whole,
        wanted.feed,
        wanted.delivery_id,
        converted.value,
        coalesce(converted.quality_rank, 4) as quality_rank,
        coalesce(converted.is_by_outline, 0) as is_by_outline,
        coalesce(converted.is_by_people, 0) as is_by_people,
        floor(converted.value) as whole_value,
        converted.value - floor(converted.value) as remainder
    from newest
    cross join wanted
    left join converted
        on
            newest.region_code = converted.region_code
            and wanted.indicator_code = converted.indicator_code
            and wanted.period = converted.period
),

-- Counts stay whole and keep the total of the municipality: the units that rounding down leaves over go to the
-- largest remainders.
shared_out as (
    select
        *,
        round(sum(value) over (partition by indicator_code, period))
        - sum(whole_value) over (partition by indicator_code, period) as units_left,
        row_number() over (
            partition by indicator_code, period order by remainder desc nulls last, region_code
        ) as turn
    from spread
),

counts as (
    select
        region_code,
        region_vintage,
        indicator_code,
        edition_year,
        period_type,
        period,
        period_start_date,
        period_end_date,
        is_complete_period,
        null::double as numerator,
        null::double as denominator,
        case when is_whole then whole_value + case when turn <= units_left then 1 else 0 end else value end as value,
        quality_rank,
        is_by_outline,
        is_by_people,
        feed,
        delivery_id
    from shared_out
),

ratios as (
    select
        counts.region_code,
        counts.region_vintage,
        dictionary.indicator_code,
        counts.edition_year,
        counts.period_type,
        counts.period,
        counts.period_start_date,
        counts.period_end_date,
        counts.is_complete_period,
        counts.value as numerator,
        denominators.value as denominator,
        case
            when counts.is_complete_period then dictionary.factor * counts.value / nullif(denominators.value, 0)
        end as value,
        greatest(counts.quality_rank, denominators.quality_rank) as quality_rank,
        greatest(counts.is_by_outline, denominators.is_by_outline) as is_by_outline,
        greatest(counts.is_by_people, denominators.is_by_people) as is_by_people,
        counts.feed,
        counts.delivery_id
    from dictionary
    inner join counts on dictionary.numerator = counts.indicator_code
    inner join counts as denominators
        on
            dictionary.denominator = denominators.indicator_code
            and counts.region_code = denominators.region_code
            and counts.period = denominators.period
            and counts.feed = denominators.feed
),

figured as (
    select * from counts
    union all
    select * from ratios
),

published as (
    select
        feed,
        delivery_id,
        min(released_at) as released_at
    from deliveries
    group by feed, delivery_id
),

-- A figure uses outlines of several years, and the people of the newest edition.
published_by_feed as (
    select
        feed,
        min(released_at) as first_released_at,
        max(released_at) as last_released_at
    from deliveries
    group by feed
),

qualified as (
    select
        figured.region_code,
        figured.region_vintage,
        figured.indicator_code,
        figured.edition_year,
        figured.period_type,
        figured.period,
        figured.period_start_date,
        figured.period_end_date,
        figured.is_complete_period,
        figured.numerator,
        figured.denominator,
        figured.value,
        qualities.quality,
        figured.feed,
        figured.delivery_id,
        case when figured.is_by_outline = 1 then 'pdok.borders' end as outline_feed,
        case when figured.is_by_people = 1 then 'cbs.key_figures' end as weight_feed
    from figured
    inner join qualities on figured.quality_rank = qualities.quality_rank
)

select
    qualified.*,
    least(published.released_at, outlines.first_released_at, weights.last_released_at) as released_at
from qualified
left join published on qualified.feed = published.feed and qualified.delivery_id = published.delivery_id
left join published_by_feed as outlines on qualified.outline_feed = outlines.feed
left join published_by_feed as weights on qualified.weight_feed = weights.feed
