with measures as (select * from {{ ref('policy_measures') }} where municipality_code = '{{ var('municipality_code') }}'),

starts as (select * from {{ ref('int_effects__starts') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

-- A measure whose regions are of several levels has no level, and so no figures of one kind.
regions as (
    select
        measure_code,
        case when min(region_level) = max(region_level) then min(region_level) end as region_level,
        min(start_date) as first_start_date,
        {{ joined_texts("region_code || ' ' || start_date::string", ' ', 'region_code') }} as starts_text
    from starts
    group by measure_code
)

select
    measures.measure_code,
    measures.theme_code,
    measures.indicator_code,
    measures.control_indicator_code,
    measures.region_code,
    regions.region_level,
    regions.first_start_date,
    measures.end_date,
    measures.window_from,
    measures.window_until,
    coalesce(measures.lag_months, 0) as lag_months,
    measures.expected_direction,
    measures.donors,
    measures.eur_per_case,
    measures.cost_eur,
    measures.registered_on,
    measures.registered_fingerprint,
    -- Of all that decides an estimate: another value means that the registration was changed.
    left(md5(concat_ws(
        '|',
        measures.measure_code,
        measures.indicator_code,
        regions.starts_text,
        coalesce(measures.end_date::string, ''),
        coalesce(measures.window_from::string, ''),
        coalesce(measures.window_until::string, ''),
        coalesce(measures.lag_months, 0),
        coalesce(measures.expected_direction, ''),
        coalesce(measures.donors, ''),
        coalesce(measures.control_indicator_code, '')
    )), 12) as registration_fingerprint,
    outcome.unit_nl,
    outcome.decimals,
    coalesce(measures.cases_nl, outcome.noun_nl, counted.noun_nl) as noun_nl,
    -- A rate of a count, or a count, becomes a number of what is counted.
    case
        when coalesce(counted.unit, outcome.unit) = 'count' then coalesce(outcome.factor, case when outcome.unit = 'count' then 1 end)
    end as factor,
    -- A whole period is described by what happened in it, a moment by what there is.
    outcome.reference_moment not in ('heel het jaar', 'kalendermaand', 'begrotingsjaar', 'schooljaar', 'twaalf maanden') as is_stock,
    outcome.series_break_date
from measures
inner join regions on measures.measure_code = regions.measure_code
inner join dictionary as outcome on measures.indicator_code = outcome.indicator_code
left join dictionary as counted on outcome.numerator = counted.indicator_code
