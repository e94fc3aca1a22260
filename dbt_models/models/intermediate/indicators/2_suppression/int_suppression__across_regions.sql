{{ config(materialized='table') }}

with unioned as (select * from {{ ref('int_indicators__unioned') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

own_areas as (select * from {{ ref('own_areas') }}),

across_categories as (select * from {{ ref('int_suppression__across_categories') }}),

-- Registers with counts that could be traced to persons. A figure that is part of a group follows its size.
judged as (
    select
        unioned.region_code,
        unioned.region_level,
        unioned.indicator_code,
        unioned.period,
        unioned.value,
        coalesce(across_categories.size, unioned.value) as size,
        coalesce(unioned.missing_reason = 'suppressed', false) as is_below_limit,
        coalesce(unioned.missing_reason = 'suppressed' or across_categories.is_suppressed, false) as is_suppressed
    from unioned
    left join across_categories
        on
            unioned.region_code = across_categories.region_code
            and unioned.indicator_code = across_categories.indicator_code
            and unioned.period = across_categories.period
    where unioned.feed in (select source_feed from dictionary where suppression_threshold is not null)
),

figures as (
    select
        *,
        coalesce(size > 0 and not is_suppressed, false) as is_shown
    from judged
),

neighbourhoods as (
    select
        *,
        'WK' || substr(region_code, 3, 6) as district_code,
        sum(case when is_suppressed then 1 else 0 end) over district as secret_count,
        sum(case when is_shown then 1 else 0 end) over district as shown_count,
        row_number() over (
            partition by substr(region_code, 3, 6), indicator_code, period, is_shown order by size, region_code
        ) as place
    from figures
    where region_level = 'neighbourhood'
    window district as (partition by substr(region_code, 3, 6), indicator_code, period)
),

-- A district discloses the sum of its suppressed neighbourhoods, if no other one is suppressed with them.
telling as (
    select distinct
        district_code,
        indicator_code,
        period
    from neighbourhoods
    where secret_count > 0 and shown_count = 0
),

districts as (
    select
        figures.region_code as district_code,
        figures.indicator_code,
        figures.period,
        figures.size,
        figures.is_suppressed or telling.district_code is not null as is_hidden,
        figures.is_shown and telling.district_code is null as is_shown
    from figures
    left join telling
        on
            figures.region_code = telling.district_code
            and figures.indicator_code = telling.indicator_code
            and figures.period = telling.period
    where figures.region_level = 'district'
),

ranked_districts as (
    select
        *,
        sum(case when is_hidden then 1 else 0 end) over (partition by indicator_code, period) as hidden_count,
        row_number() over (partition by indicator_code, period, is_shown order by size, district_code) as place
    from districts
),

hidden_districts as (
    select
        district_code,
        indicator_code,
        period
    from ranked_districts
    where is_hidden or (hidden_count > 0 and is_shown and place = 1)
),

-- A hidden district must not be the sum of its neighbourhoods either.
hidden_neighbourhoods as (
    select
        neighbourhoods.region_code as neighbourhood_code,
        neighbourhoods.district_code,
        neighbourhoods.indicator_code,
        neighbourhoods.period,
        hidden_districts.district_code is not null as is_in_hidden_district
    from neighbourhoods
    left join hidden_districts
        on
            neighbourhoods.district_code = hidden_districts.district_code
            and neighbourhoods.indicator_code = hidden_districts.indicator_code
            and neighbourhoods.period = hidden_districts.period
    where
        neighbourhoods.is_suppressed
        or (
            neighbourhoods.is_shown
            and neighbourhoods.place = 1
            and (neighbourhoods.secret_count > 0 or hidden_districts.district_code is not null)
        )
),

-- An own area may be shown when it discloses of suppressed neighbourhoods only their sum, as their district does.
hidden_areas as (
    select distinct
        own_areas.area_code,
        hidden.indicator_code,
        hidden.period
    from own_areas
    inner join hidden_neighbourhoods as hidden on own_areas.neighbourhood_code = hidden.neighbourhood_code
    inner join hidden_neighbourhoods as neighbours
        on
            hidden.district_code = neighbours.district_code
            and hidden.indicator_code = neighbours.indicator_code
            and hidden.period = neighbours.period
    left join own_areas as members
        on
            own_areas.area_code = members.area_code
            and neighbours.neighbourhood_code = members.neighbourhood_code
    where hidden.is_in_hidden_district or members.area_code is null
),

-- The municipality discloses its only suppressed district, if no other goes with it; and what all hidden neighbourhoods are
-- together, where each is below the limit: of two that are 8, both are 4. Nor may what it leaves be such a number itself.
telling_municipalities as (
    select
        indicator_code,
        period
    from hidden_districts
    group by indicator_code, period
    having count(*) = 1
    union
    select
        figures.indicator_code,
        figures.period
    from figures
    inner join hidden_neighbourhoods
        on
            figures.region_code = hidden_neighbourhoods.neighbourhood_code
            and figures.indicator_code = hidden_neighbourhoods.indicator_code
            and figures.period = hidden_neighbourhoods.period
    group by figures.indicator_code, figures.period
    having bool_and(figures.is_below_limit)
    union
    select
        municipality.indicator_code,
        municipality.period
    from figures as municipality
    inner join dictionary on municipality.indicator_code = dictionary.indicator_code
    inner join neighbourhoods
        on
            municipality.indicator_code = neighbourhoods.indicator_code
            and municipality.period = neighbourhoods.period
    left join hidden_neighbourhoods as hidden
        on
            neighbourhoods.region_code = hidden.neighbourhood_code
            and neighbourhoods.indicator_code = hidden.indicator_code
            and neighbourhoods.period = hidden.period
    where municipality.region_level = 'municipality'
    group by municipality.indicator_code, municipality.period, municipality.value, dictionary.suppression_threshold
    having
        count(hidden.neighbourhood_code) > 0
        and municipality.value - sum(case when hidden.neighbourhood_code is null then neighbourhoods.value else 0 end)
        < dictionary.suppression_threshold
),

hidden_municipalities as (
    select
        figures.region_code,
        figures.indicator_code,
        figures.period
    from figures
    inner join telling_municipalities as telling
        on figures.indicator_code = telling.indicator_code and figures.period = telling.period
    where figures.region_level = 'municipality'
),

hidden as (
    select
        neighbourhood_code as region_code,
        indicator_code,
        period
    from hidden_neighbourhoods
    union
    select * from hidden_districts
    union
    select * from hidden_areas
    union
    select * from hidden_municipalities
    union
    select
        region_code,
        indicator_code,
        period
    from figures
    where is_suppressed
)

select
    hidden.region_code,
    hidden.indicator_code,
    hidden.period
from hidden
inner join figures
    on
        hidden.region_code = figures.region_code
        and hidden.indicator_code = figures.indicator_code
        and hidden.period = figures.period
where figures.value is not null
