{% set kinds = ['shop', 'office', 'business', 'dwelling'] %}

with delivered_counts as (select * from {{ ref('stg_vacancy__premises') }}),

counts as ({{ placed_in_neighbourhoods('raw_vacancy', 'premises', 'delivered_counts', 'reference_date') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

months as (select distinct delivery_id, reference_date from counts)

-- Where a register names no premises of a kind there are none; an area that is unknown in one place is so in the whole.
select
    parts.region_code,
    parts.region_level,
    months.delivery_id,
    months.reference_date
    {%- for kind in kinds %},
    coalesce(sum(counts.premises_count) filter (where counts.premises_kind = '{{ kind }}'), 0) as {{ kind }}_count,
    coalesce(sum(counts.vacant_count) filter (where counts.premises_kind = '{{ kind }}'), 0) as {{ kind }}_vacant,
    coalesce(sum(counts.long_term_vacant_count) filter (where counts.premises_kind = '{{ kind }}'), 0)
        as {{ kind }}_long_term_vacant,
    case
        when count(*) filter (where counts.premises_kind = '{{ kind }}' and counts.floor_area_m2 is null) = 0
            then coalesce(sum(counts.floor_area_m2) filter (where counts.premises_kind = '{{ kind }}'), 0)
    end as {{ kind }}_m2,
    case
        when count(*) filter (where counts.premises_kind = '{{ kind }}' and counts.vacant_floor_area_m2 is null) = 0
            then coalesce(sum(counts.vacant_floor_area_m2) filter (where counts.premises_kind = '{{ kind }}'), 0)
    end as {{ kind }}_vacant_m2
    {%- endfor %}
from parts
cross join months
left join counts
    on
        parts.neighbourhood_code = counts.place_code
        and months.reference_date = counts.reference_date
group by all
