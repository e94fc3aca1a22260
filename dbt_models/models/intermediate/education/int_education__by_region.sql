{% set own_municipality = "'" ~ var('municipality_code') ~ "'" %}

with locations as (select * from {{ ref('int_education__locations') }}),

parts as (select * from {{ ref('int_regions__parts') }} where region_level <> 'municipality'),

known_regions as (select * from {{ ref('int_regions__vintages') }}),

measures as (
    select distinct
        feed,
        delivery_id,
        school_year,
        measure
    from locations
),

-- A neighbourhood's figures are shown only when it is known of every school in the municipality where it stands.
placed_feeds as (
    select feed
    from locations
    where municipality_code = {{ own_municipality }}
    group by feed
    having count(*) = count(neighbourhood_code)
),

within_municipality as (
    select distinct
        parts.region_code,
        parts.region_level,
        measures.feed,
        measures.delivery_id,
        measures.school_year,
        measures.measure
    from parts
    cross join measures
    inner join placed_feeds on measures.feed = placed_feeds.feed
),

counted as (
    select
        'NL00' as region_code,
        'country' as region_level,
        feed,
        delivery_id,
        school_year,
        measure,
        sum(known_count) as known_count,
        sum(lower_count) as lower_count,
        sum(upper_count) as upper_count,
        count(*) = count(known_count) as is_readable
    from locations
    group by all
    union all
    select
        municipality_code as region_code,
        'municipality' as region_level,
        feed,
        delivery_id,
        school_year,
        measure,
        sum(known_count) as known_count,
        sum(lower_count) as lower_count,
        sum(upper_count) as upper_count,
        count(*) = count(known_count) as is_readable
    from locations
    where
        municipality_code = {{ own_municipality }}
        or municipality_code in (select region_code from known_regions)
    group by all
    union all
    select
        within_municipality.region_code,
        within_municipality.region_level,
        within_municipality.feed,
        within_municipality.delivery_id,
        within_municipality.school_year,
        within_municipality.measure,
        coalesce(sum(locations.known_count), 0) as known_count,
        coalesce(sum(locations.lower_count), 0) as lower_count,
        coalesce(sum(locations.upper_count), 0) as upper_count,
        count(locations.measure) = count(locations.known_count) as is_readable
    from within_municipality
    inner join parts on within_municipality.region_code = parts.region_code
    left join locations
        on
            parts.neighbourhood_code = locations.neighbourhood_code
            and within_municipality.feed = locations.feed
            and within_municipality.school_year = locations.school_year
            and within_municipality.measure = locations.measure
    group by all
)

-- The middle of what a count can be stands for it, unless nothing at all of it is known.
select
    region_code,
    region_level,
    feed,
    delivery_id,
    school_year,
    measure,
    case
        when not is_readable then null
        when lower_count = upper_count then lower_count::double
        when known_count > 0 then (lower_count + upper_count) / 2
    end as middle_count,
    case when is_readable and lower_count < upper_count then lower_count::double end as lower_count,
    case when is_readable and lower_count < upper_count then upper_count::double end as upper_count,
    case when is_readable and lower_count < upper_count and known_count = 0 then 'suppressed' end as missing_reason
from counted
