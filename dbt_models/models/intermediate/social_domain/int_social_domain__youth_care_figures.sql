with youth_care as (select * from {{ ref('stg_cbs__youth_care') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

newest as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

delivered_indicators as (
    select indicator_code
    from dictionary
    where source_feed = 'cbs.youth_care' and numerator is null
),

-- Half a year is no half of the year: who has care in both halves is in the year once.
by_form as (
    select
        region_code,
        region_level,
        edition_year,
        year_number,
        delivery_id,
        max(is_provisional::integer) = 1 as is_provisional,
        max(case when form = 'youth_help_without_residence' then young_people_count end) as without_residence_count,
        max(case when form = 'youth_help_with_residence' then young_people_count end) as with_residence_count,
        max(case when form = 'youth_protection' then young_people_count end) as protection_count,
        max(case when form = 'youth_probation' then young_people_count end) as probation_count,
        max(case when form = 'total' then trajectory_count end) as trajectory_count,
        max(case when form = 'total' then referred_by_gp_count end) as referred_by_gp_count,
        max(case when form = 'total' then referred_by_municipality_count end) as referred_by_municipality_count
    from youth_care
    where period_type = 'year'
    group by region_code, region_level, edition_year, year_number, delivery_id
),

-- A young person can have several forms, so each form is a figure by itself and none is the sum of others.
figures as (
    select
        by_form.region_code,
        coalesce(regions.region_vintage, newest.region_vintage, by_form.year_number) as region_vintage,
        by_form.region_level,
        delivered_indicators.indicator_code,
        by_form.edition_year,
        'year' as period_type,
        by_form.year_number::varchar as period,
        make_date(by_form.year_number, 1, 1) as period_start_date,
        make_date(by_form.year_number, 12, 31) as period_end_date,
        true as is_complete_period,
        (case delivered_indicators.indicator_code
            when 'youth_help_without_residence_count' then by_form.without_residence_count
            when 'youth_help_with_residence_count' then by_form.with_residence_count
            when 'youth_protection_count' then by_form.protection_count
            when 'youth_probation_count' then by_form.probation_count
            when 'youth_care_trajectories_count' then by_form.trajectory_count
            when 'youth_care_trajectories_by_gp_count' then by_form.referred_by_gp_count
            when 'youth_care_trajectories_by_municipality_count' then by_form.referred_by_municipality_count
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        case when by_form.is_provisional then 'provisional' else 'definitive' end as status,
        null::varchar as missing_reason,
        'cbs.youth_care' as feed,
        by_form.delivery_id
    from by_form
    left join regions
        on by_form.region_code = regions.region_code and by_form.year_number = regions.region_vintage
    left join newest on by_form.region_code = newest.region_code
    cross join delivered_indicators
)

select * from figures
