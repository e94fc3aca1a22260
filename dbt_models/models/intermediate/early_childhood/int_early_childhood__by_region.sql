with delivered_counts as (select * from {{ ref('stg_vve__places') }}),

counts as ({{ placed_in_neighbourhoods('raw_vve', 'places', 'delivered_counts', 'reference_date') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

months as (select distinct delivery_id, reference_date from counts)

select
    parts.region_code,
    parts.region_level,
    months.delivery_id,
    months.reference_date,
    coalesce(sum(counts.toddlers_count), 0) as toddlers_count,
    coalesce(sum(counts.indicated_count), 0) as indicated_count,
    coalesce(sum(counts.placed_count), 0) as placed_count,
    coalesce({{ exact_sum('counts.offered_hours') }}, 0) as offered_hours,
    coalesce({{ exact_sum('counts.attended_hours') }}, 0) as attended_hours
from parts
cross join months
left join counts
    on
        parts.neighbourhood_code = counts.place_code
        and months.reference_date = counts.reference_date
group by all
