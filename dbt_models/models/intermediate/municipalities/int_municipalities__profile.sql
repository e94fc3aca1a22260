{{ config(materialized='table') }}

with every_period as (select * from {{ ref('int_municipalities__compared') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

ranks as (select * from {{ ref('int_municipalities__ranks') }}),

peers as (select * from {{ ref('int_municipalities__peers') }}),

countries as (
    select
        indicator_code,
        period,
        value
    from {{ ref('int_indicators__noise') }}
    where region_level = 'country'
),

-- A row compares municipalities: it derives from a denominator's feed as soon as one of them does.
denominators as (
    select
        indicator_code,
        max(denominator_feed) as denominator_feed,
        min(denominator_released_at) as denominator_released_at
    from every_period
    group by indicator_code
),

-- Figures that are known of the own municipality alone have nothing beside them.
shared as (
    select indicator_code
    from every_period
    where is_current
    group by indicator_code
    having count(*) > 1
),

compared as (
    select
        now.*,
        before.period as period_before,
        before.value as year_before_value,
        now.value - before.value as change,
        before.noise_lower as lower_before,
        before.noise_upper as upper_before,
        least(before.released_at, before.denominator_released_at) as released_before
    from every_period as now
    left join every_period as before
        on
            now.municipality_code = before.municipality_code
            and now.indicator_code = before.indicator_code
            and now.period_type = before.period_type
            and before.period_start_date = make_date(
                year(now.period_start_date) - 1, month(now.period_start_date), day(now.period_start_date)
            )
    where now.is_current and now.indicator_code in (select indicator_code from shared)
)

select
    compared.municipality_code,
    compared.region_vintage,
    compared.municipality_code = '{{ var('municipality_code') }}' as is_own,
    compared.size_class,
    regions.urbanity_class,
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
    countries.value as country_value,
    class_peers.value as class_peers_value,
    class_peers.peer_count as class_peers_count,
    chosen_peers.value as chosen_peers_value,
    chosen_peers.peer_count as chosen_peers_count,
    among_all.place,
    among_all.first_rank,
    among_all.last_rank,
    among_all.ranked_count,
    year_before.place as year_before_place,
    -- Up is better: a lower place number than a year before.
    year_before.place - among_all.place as place_change,
    coalesce(year_before.last_rank < among_all.first_rank or year_before.first_rank > among_all.last_rank, false)
        as is_place_change_outside_noise,
    in_class.place as class_place,
    in_class.first_rank as class_first_rank,
    in_class.last_rank as class_last_rank,
    in_class.ranked_count as class_ranked_count,
    compared.feed,
    denominators.denominator_feed,
    least(compared.released_at, denominators.denominator_released_at, compared.released_before) as released_at,
    coalesce(chosen_peers.weight_feed, class_peers.weight_feed) as weight_feed,
    least(chosen_peers.weight_released_at, class_peers.weight_released_at) as weight_released_at,
    compared.class_feed,
    compared.class_released_at
from compared
left join regions
    on compared.municipality_code = regions.region_code and compared.region_vintage = regions.region_vintage
left join denominators on compared.indicator_code = denominators.indicator_code
left join countries on compared.indicator_code = countries.indicator_code and compared.period = countries.period
left join ranks as among_all
    on
        among_all.is_among_all
        and compared.municipality_code = among_all.municipality_code
        and compared.indicator_code = among_all.indicator_code
        and compared.period = among_all.period
left join ranks as in_class
    on
        not in_class.is_among_all
        and compared.municipality_code = in_class.municipality_code
        and compared.indicator_code = in_class.indicator_code
        and compared.period = in_class.period
left join ranks as year_before
    on
        year_before.is_among_all
        and compared.municipality_code = year_before.municipality_code
        and compared.indicator_code = year_before.indicator_code
        and compared.period_before = year_before.period
left join peers as class_peers
    on
        class_peers.peer_kind = 'class'
        and compared.indicator_code = class_peers.indicator_code
        and compared.municipality_code = '{{ var('municipality_code') }}'
left join peers as chosen_peers
    on
        chosen_peers.peer_kind = 'chosen'
        and compared.indicator_code = chosen_peers.indicator_code
        and compared.municipality_code = '{{ var('municipality_code') }}'
