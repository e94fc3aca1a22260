{{ config(materialized='table') }}

with regions as (select * from {{ ref('int_regions__vintages') }}),

shared_ground as (select * from {{ ref('int_regions__overlaps') }}),

key_figures as (select * from {{ ref('stg_cbs__key_figures') }}),

neighbourhoods as (
    select
        region_code,
        region_vintage,
        region_name,
        unchanged_since,
        is_newest_vintage,
        max(case when boundary_change_code in ('2', '3') then region_vintage end) over (partition by region_code)
            as last_told_change
    from regions
    where region_level = 'neighbourhood'
),

newest as (select * from neighbourhoods where is_newest_vintage),

newest_vintage as (select max(region_vintage) as to_vintage from newest),

-- A year without outlines borrows those of the first later year that has them and until which nothing changed.
drawn_in as (
    select
        older.region_code,
        older.region_vintage,
        min(later.region_vintage) as drawn_vintage
    from neighbourhoods as older
    cross join newest_vintage
    inner join neighbourhoods as later
        on
            older.region_code = later.region_code
            and older.region_vintage <= later.region_vintage
            and later.unchanged_since <= older.region_vintage
    inner join (select distinct from_vintage, to_vintage from shared_ground) as drawn
        on later.region_vintage = drawn.from_vintage and newest_vintage.to_vintage = drawn.to_vintage
    group by older.region_code, older.region_vintage
),

-- CBS states of most neighbourhoods that nothing changed. It is silent on a year that is not stored: outlines
-- decide then, and without outlines an equal code and name are taken for the same neighbourhood.
compared as (
    select
        older.region_code as from_code,
        older.region_vintage as from_vintage,
        newest_vintage.to_vintage,
        drawn_in.drawn_vintage,
        newest.region_code is not null as is_code_in_use,
        -- Another spelling (Besoijen, Besoyen) or a mended slip is no other name.
        coalesce(levenshtein(lower(older.region_name), lower(newest.region_name)) * 3 > length(newest.region_name), false)
            as is_renamed,
        case
            when newest.unchanged_since <= older.region_vintage then 'told'
            when drawn_in.drawn_vintage is not null then 'drawn'
            when
                levenshtein(lower(older.region_name), lower(newest.region_name)) * 3 <= length(newest.region_name)
                and coalesce(older.last_told_change <= older.region_vintage, true) then 'assumed'
            else 'unknown'
        end as ground
    from neighbourhoods as older
    cross join newest_vintage
    left join newest on older.region_code = newest.region_code
    left join drawn_in on older.region_code = drawn_in.region_code and older.region_vintage = drawn_in.region_vintage
),

-- People are where the newest edition has them: a part of an old neighbourhood holds the newest neighbourhood's
-- people in proportion to its share of that neighbourhood's ground.
drawn_parts as (
    select
        compared.from_code,
        compared.from_vintage,
        compared.drawn_vintage,
        shared_ground.to_code,
        compared.to_vintage,
        compared.is_code_in_use,
        compared.is_renamed,
        shared_ground.is_whole,
        shared_ground.is_same,
        shared_ground.from_share,
        shared_ground.to_share * key_figures.population_count as people
    from compared
    inner join shared_ground
        on
            compared.from_code = shared_ground.from_code
            and compared.drawn_vintage = shared_ground.from_vintage
            and compared.to_vintage = shared_ground.to_vintage
    inner join newest on shared_ground.to_code = newest.region_code
    left join key_figures
        on shared_ground.to_code = key_figures.region_code and shared_ground.to_vintage = key_figures.edition_year
    where compared.ground = 'drawn'
),

counted_parts as (
    select
        *,
        count(*) over (partition by from_code, from_vintage) as part_count,
        count(*) over (partition by to_code, from_vintage) as source_count,
        is_same and count(*) over (partition by from_code, from_vintage) = 1
        and count(*) over (partition by to_code, from_vintage) = 1 as is_one_to_one,
        count(people) over (partition by from_code, from_vintage) as known_part_count,
        sum(people) over (partition by from_code, from_vintage) as all_people,
        sum(from_share) over (partition by from_code, from_vintage) as all_ground,
        max(case when from_code = to_code then 1 else 0 end) over (partition by from_code, from_vintage) as keeps_its_code
    from drawn_parts
),

weighted_parts as (
    select
        *,
        max(source_count) over (partition by from_code, from_vintage) as most_sources,
        max(part_count) over (partition by to_code, from_vintage) as most_parts,
        part_count > 1 and known_part_count = part_count and all_people > 0 as is_by_people,
        case
            when part_count = 1 then 1.0
            when known_part_count = part_count and all_people > 0 then people / all_people
            -- Without inhabitants, or with an unknown number, ground counts.
            else from_share / all_ground
        end as weight
    from counted_parts
),

-- By borrowed outlines a neighbourhood is whole only if all that it was drawn from was there already.
sources as (
    select
        to_code,
        from_vintage,
        count(*) as drawn_source_count
    from drawn_parts
    group by to_code, from_vintage
)

select
    from_code,
    from_vintage,
    from_code as to_code,
    to_vintage,
    1.0::double as weight,
    case when is_renamed then 'renamed' else 'unchanged' end as change,
    case ground when 'told' then 'exact' else 'assumed' end as quality,
    false as is_by_outline,
    false as is_by_people
from compared
where ground in ('told', 'assumed')
union all
select
    weighted_parts.from_code,
    weighted_parts.from_vintage,
    weighted_parts.to_code,
    weighted_parts.to_vintage,
    weighted_parts.weight,
    case
        when weighted_parts.is_one_to_one and weighted_parts.from_code = weighted_parts.to_code
            then case when weighted_parts.is_renamed then 'renamed' else 'unchanged' end
        when weighted_parts.is_code_in_use and weighted_parts.keeps_its_code = 0 then 'reused'
        when weighted_parts.is_one_to_one then 'renamed'
        when weighted_parts.source_count > 1 and weighted_parts.most_parts = 1 then 'merged'
        when weighted_parts.part_count > 1 and weighted_parts.most_sources = 1 then 'split'
        else 'moved'
    end as change,
    case
        when weighted_parts.source_count < sources.drawn_source_count then 'not_converted'
        when weighted_parts.part_count = 1 and weighted_parts.is_whole then 'exact'
        else 'estimated'
    end as quality,
    true as is_by_outline,
    coalesce(weighted_parts.is_by_people, false) as is_by_people
from weighted_parts
inner join sources
    on weighted_parts.to_code = sources.to_code and weighted_parts.drawn_vintage = sources.from_vintage
union all
select
    compared.from_code,
    compared.from_vintage,
    null as to_code,
    compared.to_vintage,
    null as weight,
    'unknown' as change,
    'not_converted' as quality,
    compared.ground = 'drawn' as is_by_outline,
    false as is_by_people
from compared
left join drawn_parts
    on compared.from_code = drawn_parts.from_code and compared.from_vintage = drawn_parts.from_vintage
where compared.ground in ('drawn', 'unknown') and drawn_parts.from_code is null
