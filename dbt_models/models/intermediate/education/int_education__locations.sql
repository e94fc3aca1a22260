{% set advice_levels = ['practical', 'vmbo', 'vmbo_havo', 'havo', 'vwo'] %}

with schools as (select * from {{ ref('stg_duo__schools') }}),

pupils as (select * from {{ ref('stg_duo__pupils') }} where school_type = 'bo'),

advice as (select * from {{ ref('stg_duo__school_advice') }} where school_type = 'bo'),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }} where feed = 'duo.schools'),

listed as (select * from {{ ref('school_neighbourhoods') }}),

postcodes as (select * from {{ ref('postcode_neighbourhoods') }}),

-- The municipality's own list counts, and of a school that it lacks the postcode.
neighbourhoods as (
    select school_location_code, neighbourhood_code from listed
    union
    select
        schools.school_location_code,
        postcodes.neighbourhood_code
    from schools
    inner join postcodes on schools.postcode = postcodes.postcode
    where schools.school_location_code not in (select school_location_code from listed)
),

-- The list of schools holds no date: it is of the school year in which DUO published it.
dated_schools as (
    select
        schools.delivery_id,
        {{ local_time('coalesce(deliveries.released_at, deliveries.received_at)') }}::date as counted_on_date,
        schools.school_location_code,
        schools.municipality_code,
        1 as schools,
        (lower(schools.denomination) = 'openbaar')::integer as public_schools
    from schools
    left join deliveries on schools.delivery_id = deliveries.delivery_id
),

measured as (
    {%- for measure in ['schools', 'public_schools'] %}
    select
        'duo.schools' as feed,
        delivery_id,
        counted_on_date,
        school_location_code,
        municipality_code,
        '{{ measure }}' as measure,
        {{ measure }} as known_count,
        {{ measure }} as lower_count,
        {{ measure }} as upper_count
    from dated_schools
    union all
    {%- endfor %}
    select
        'duo.pupils' as feed,
        delivery_id,
        counted_on_date,
        school_location_code,
        municipality_code,
        'pupils' as measure,
        pupils_known as known_count,
        pupils_lower as lower_count,
        pupils_upper as upper_count
    from pupils
    {%- for level in advice_levels %}
    {%- for measure in ['advice', 'advice_' ~ level] %}
    union all
    select
        'duo.school_advice' as feed,
        delivery_id,
        counted_on_date,
        school_location_code,
        municipality_code,
        '{{ measure }}' as measure,
        {{ level }}_known as known_count,
        {{ level }}_lower as lower_count,
        {{ level }}_upper as upper_count
    from advice
    {%- endfor %}
    {%- endfor %}
)

-- A school year is named after the year in which it starts.
select
    measured.feed,
    measured.delivery_id,
    (year(measured.counted_on_date) - case when month(measured.counted_on_date) < 8 then 1 else 0 end)::integer
        as school_year,
    measured.school_location_code,
    measured.municipality_code,
    neighbourhoods.neighbourhood_code,
    measured.measure,
    measured.known_count,
    measured.lower_count,
    measured.upper_count
from measured
left join neighbourhoods on measured.school_location_code = neighbourhoods.school_location_code
