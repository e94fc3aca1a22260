{{ config(materialized='table') }}

with current_figures as (select * from {{ ref('int_neighbourhoods__current_figures') }}),

figures as (select * from {{ ref('int_indicators__noise') }}),

ranks as (select * from {{ ref('int_neighbourhoods__ranks') }}),

peers as (select * from {{ ref('int_neighbourhoods__peers') }}),

classes as (select * from {{ ref('int_neighbourhoods__classes') }}),

larger_regions as (
    select
        region_code,
        region_level,
        indicator_code,
        period,
        value,
        denominator_feed
    from figures
    where region_level in ('district', 'municipality', 'country')
),

-- A row compares neighbourhoods: it derives from a denominator's feed as soon as one of them does.
denominators as (
    select
        indicator_code,
        max(denominator_feed) as denominator_feed,
        min(denominator_released_at) as denominator_released_at
    from current_figures
    group by indicator_code
),

-- The same period a year earlier, if code and border have been the same since then. The year of the figure counts as
-- well as that of its borders, for suppliers who do not say in which borders they counted.
compared as (
    select
        current_figures.*,
        before.value as year_before_value,
        current_figures.value - before.value as change,
        before.noise_lower as lower_before,
        before.noise_upper as upper_before,
        least(before.released_at, before.denominator_released_at) as released_before
    from current_figures
    left join figures as before
        on
            current_figures.neighbourhood_code = before.region_code
            and current_figures.indicator_code = before.indicator_code
            and current_figures.period_type = before.period_type
            and before.period_start_date = make_date(
                year(current_figures.period_start_date) - 1,
                month(current_figures.period_start_date),
                day(current_figures.period_start_date)
            )
            and least(before.region_vintage, year(before.period_end_date)) >= current_figures.unchanged_since
)

select
    compared.neighbourhood_code,
    compared.region_vintage,
    compared.district_code,
    compared.municipality_code,
    classes.urbanity_class,
    classes.size_class,
    compared.indicator_code,
    compared.period_type,
    compared.period,
    compared.period_start_date,
    compared.period_end_date,
    compared.is_complete_period,
    compared.value,
    compared.noise_lower,
    compared.noise_upper,
    compared.status,
    compared.missing_reason,
    compared.year_before_value,
    compared.change,
    abs(compared.change) > {{ noise_of_change(
        ['compared.value', 'compared.noise_lower', 'compared.noise_upper'],
        ['compared.year_before_value', 'compared.lower_before', 'compared.upper_before'],
    ) }} as is_change_outside_noise,
    districts.value as district_value,
    municipalities.value as municipality_value,
    countries.value as country_value,
    class_peers.value as class_peers_value,
    class_peers.peer_count as class_peers_count,
    chosen_peers.value as chosen_peers_value,
    chosen_peers.peer_count as chosen_peers_count,
    ranks.first_rank,
    ranks.last_rank,
    ranks.ranked_count,
    compared.feed,
    coalesce(
        denominators.denominator_feed,
        districts.denominator_feed,
        municipalities.denominator_feed,
        countries.denominator_feed
    ) as denominator_feed,
    least(compared.released_at, denominators.denominator_released_at, compared.released_before) as released_at,
    coalesce(chosen_peers.weight_feed, class_peers.weight_feed) as weight_feed,
    least(chosen_peers.weight_released_at, class_peers.weight_released_at) as weight_released_at,
    classes.feed as class_feed,
    classes.released_at as class_released_at
from compared
left join denominators on compared.indicator_code = denominators.indicator_code
left join classes on compared.neighbourhood_code = classes.neighbourhood_code
left join larger_regions as districts
    on
        compared.district_code = districts.region_code
        and compared.indicator_code = districts.indicator_code
        and compared.period = districts.period
left join larger_regions as municipalities
    on
        compared.municipality_code = municipalities.region_code
        and compared.indicator_code = municipalities.indicator_code
        and compared.period = municipalities.period
left join larger_regions as countries
    on
        countries.region_level = 'country'
        and compared.indicator_code = countries.indicator_code
        and compared.period = countries.period
left join peers as class_peers
    on
        class_peers.peer_kind = 'class'
        and compared.neighbourhood_code = class_peers.neighbourhood_code
        and compared.indicator_code = class_peers.indicator_code
left join peers as chosen_peers
    on
        chosen_peers.peer_kind = 'chosen'
        and compared.neighbourhood_code = chosen_peers.neighbourhood_code
        and compared.indicator_code = chosen_peers.indicator_code
left join ranks
    on
        compared.neighbourhood_code = ranks.neighbourhood_code
        and compared.indicator_code = ranks.indicator_code
