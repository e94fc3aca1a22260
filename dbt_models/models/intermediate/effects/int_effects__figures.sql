{{ config(materialized='table') }}

with registrations as (select * from {{ ref('int_effects__registrations') }}),

own as (select * from {{ ref('int_indicators__noise') }} where not is_of_other_municipality and is_complete_period),

regions as (select * from {{ ref('int_regions__vintages') }}),

unioned as (
    select *
    from {{ ref('int_indicators__unioned') }} as every_figure
    where {{ is_elsewhere('every_figure') }} and is_complete_period
),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

revisions as (select * from {{ ref('int_revisions__figures') }}),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }}),

wanted as (
    select indicator_code from registrations
    union
    select control_indicator_code as indicator_code
    from registrations
    where control_indicator_code is not null
),

newest as (
    select
        region_code,
        unchanged_since
    from (
        select
            region_code,
            unchanged_since,
            row_number() over (partition by region_code order by region_vintage desc) as turn
        from regions
    ) as ordered
    where turn = 1
),

-- A figure on other borders is one of another region.
ours as (
    select
        {{ figure_columns('own', {
            'value': 'case
                when own.edition_year is null or own.region_level = \'municipality\' then own.value
                when borders.unchanged_since is not distinct from newest.unchanged_since then own.value
            end',
        }) }},
        own.denominator,
        own.denominator_period,
        (own.noise_upper - own.noise_lower) / 3.92 as noise,
        own.denominator_feed,
        least(own.released_at, own.denominator_released_at) as released_at
    from own
    inner join wanted on own.indicator_code = wanted.indicator_code
    left join regions as borders on own.region_code = borders.region_code and own.region_vintage = borders.region_vintage
    left join newest on own.region_code = newest.region_code
    where own.region_level in ('neighbourhood', 'district', 'area', 'municipality')
),

-- Elsewhere a ratio divides by the period by which that of the own municipality divides.
divided_by as (
    select
        indicator_code,
        period,
        denominator_period
    from ours
    where region_level = 'municipality' and denominator_period is not null
),

elsewhere as (
    select
        {{ figure_columns('unioned') }},
        null::double as denominator
    from unioned
    inner join wanted on unioned.indicator_code = wanted.indicator_code
    union all
    select
        {{ figure_columns('numerators', {
            'indicator_code': 'dictionary.indicator_code',
            'value': 'dictionary.factor * numerators.value / nullif(denominators.value, 0)',
        }) }},
        denominators.value as denominator
    from wanted
    inner join dictionary on wanted.indicator_code = dictionary.indicator_code
    inner join unioned as numerators on dictionary.numerator = numerators.indicator_code
    inner join divided_by
        on dictionary.indicator_code = divided_by.indicator_code and numerators.period = divided_by.period
    inner join unioned as denominators
        on
            dictionary.denominator = denominators.indicator_code
            and numerators.region_code = denominators.region_code
            and divided_by.denominator_period = denominators.period
),

figures as (
    select
        {{ figure_columns('ours') }},
        denominator,
        noise,
        denominator_feed,
        released_at
    from ours
    union all
    select
        {{ figure_columns('elsewhere') }},
        denominator,
        null::double as noise,
        null::string as denominator_feed,
        {{ cast('null', 'timestamptz') }} as released_at
    from elsewhere
)

select
    figures.indicator_code,
    figures.region_code,
    figures.region_level,
    figures.period_type,
    figures.period,
    figures.period_start_date,
    figures.period_end_date,
    figures.value,
    revisions.first_value,
    figures.noise,
    figures.denominator,
    coalesce(figures.missing_reason, case when figures.value is null then 'unknown' end) as missing_reason,
    coalesce(figures.status, deliveries.figures_status, 'unknown') = 'provisional' as is_provisional,
    figures.feed,
    figures.denominator_feed,
    coalesce(figures.released_at, deliveries.released_at) as released_at
from figures
left join deliveries
    on
        figures.feed = deliveries.feed
        and figures.delivery_id = deliveries.delivery_id
        and figures.edition_year is not distinct from deliveries.edition_year
left join revisions
    on
        figures.region_code = revisions.region_code
        and figures.indicator_code = revisions.indicator_code
        and figures.period = revisions.period
