with registrations as (select * from {{ ref('int_effects__registrations') }}),

starts as (select * from {{ ref('int_effects__starts') }}),

figures as (select * from {{ ref('int_effects__figures') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

chosen as (select * from {{ ref('peer_groups') }} where municipality_code = '{{ var('municipality_code') }}'),

-- Of all municipalities, with every region of a phased start.
measures as (
    select
        measures.measure_code,
        measures.name_nl,
        measures.theme_code,
        coalesce(phased.region_code, measures.region_code) as region_code,
        coalesce(phased.start_date, measures.start_date) as start_date,
        measures.end_date
    from {{ ref('policy_measures') }} as measures
    left join {{ ref('policy_measure_starts') }} as phased on measures.measure_code = phased.measure_code
),

classes as (
    select
        region_code,
        size_class
    from regions
    where is_newest_vintage and region_level = 'municipality'
),

candidates as (
    select distinct
        registrations.measure_code,
        registrations.theme_code,
        registrations.first_start_date,
        registrations.donors,
        figures.region_code
    from registrations
    inner join figures
        on registrations.indicator_code = figures.indicator_code and registrations.region_level = figures.region_level
    -- Own areas share neighbourhoods, so one is never without the measure of another.
    where registrations.region_level <> 'area'
),

-- Another measure of the theme in this region or in the district around it, which ran after this one began.
others as (
    select
        candidates.measure_code,
        candidates.region_code,
        {{ joined_texts('distinct measures.name_nl', ', ', 'measures.name_nl') }} as other_measures_nl
    from candidates
    inner join measures
        on
            candidates.theme_code = measures.theme_code
            and candidates.measure_code <> measures.measure_code
            and (
                candidates.region_code = measures.region_code
                or 'WK' || substr(candidates.region_code, 3, 6) = measures.region_code
            )
    where measures.end_date is null or measures.end_date >= candidates.first_start_date
    group by candidates.measure_code, candidates.region_code
)

select
    candidates.measure_code,
    candidates.region_code,
    starts.region_code is not null as is_started,
    others.other_measures_nl,
    -- The registration names a rule or a list; without either all regions of the level take part.
    starts.region_code is null
    and others.measure_code is null
    and case
        when candidates.donors is null then true
        when candidates.donors = 'size_class' then classes.size_class = own_class.size_class
        when candidates.donors = 'chosen' then chosen.peer_region_code is not null
        else ' ' || candidates.donors || ' ' like '% ' || candidates.region_code || ' %'
    end as is_donor
from candidates
left join starts on candidates.measure_code = starts.measure_code and candidates.region_code = starts.region_code
left join others
    on candidates.measure_code = others.measure_code and candidates.region_code = others.region_code
left join classes on candidates.region_code = classes.region_code
left join classes as own_class on own_class.region_code = '{{ var('municipality_code') }}'
left join chosen on candidates.region_code = chosen.peer_region_code
