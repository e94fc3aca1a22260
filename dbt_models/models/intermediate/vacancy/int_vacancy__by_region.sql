{% set kinds = ['shop', 'office', 'business', 'dwelling'] %}

with premises as (select * from {{ ref('stg_vacancy__premises') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

own_regions as (
    select distinct
        region_code,
        region_vintage,
        region_level
    from parts
),

-- A register may be counted more than once in a month: its last count holds.
newest_counts as (
    select *
    from premises
    qualify reference_date = max(reference_date) over (partition by month_start_date)
),

months as (
    select distinct
        delivery_id,
        month_start_date,
        reference_date
    from newest_counts
),

located as (
    select
        parts.region_code,
        newest_counts.*
    from newest_counts
    inner join parts on newest_counts.neighbourhood_code = parts.neighbourhood_code
),

-- Where a register names no premises of a kind there are none; an area that is unknown in one place is so in the whole.
by_region as (
    select
        own_regions.region_code,
        own_regions.region_vintage,
        own_regions.region_level,
        months.delivery_id,
        months.month_start_date,
        last_day(months.month_start_date) as month_end_date,
        months.reference_date = last_day(months.month_start_date) as is_complete_month
        {%- for kind in kinds %},
        coalesce(sum(located.premises_count) filter (where located.premises_kind = '{{ kind }}'), 0) as {{ kind }}_count,
        coalesce(sum(located.vacant_count) filter (where located.premises_kind = '{{ kind }}'), 0) as {{ kind }}_vacant,
        coalesce(sum(located.long_term_vacant_count) filter (where located.premises_kind = '{{ kind }}'), 0)
            as {{ kind }}_long_term_vacant,
        case
            when count(*) filter (where located.premises_kind = '{{ kind }}' and located.floor_area_m2 is null) = 0
                then coalesce(sum(located.floor_area_m2) filter (where located.premises_kind = '{{ kind }}'), 0)
        end as {{ kind }}_m2,
        case
            when count(*) filter (where located.premises_kind = '{{ kind }}' and located.vacant_floor_area_m2 is null) = 0
                then coalesce(sum(located.vacant_floor_area_m2) filter (where located.premises_kind = '{{ kind }}'), 0)
        end as {{ kind }}_vacant_m2
        {%- endfor %}
    from own_regions
    cross join months
    left join located
        on own_regions.region_code = located.region_code and months.month_start_date = located.month_start_date
    group by all
)

select * from by_region
