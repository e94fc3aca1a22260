with memberships as (
    select
        *,
        make_date(membership_year, 12, 31) as reference_date
    from {{ ref('stg_sports__memberships') }}
),

clubs as (select * from {{ ref('stg_sports__clubs') }}),

accommodation_use as (select * from {{ ref('stg_sports__accommodation_use') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

placed_memberships as ({{ placed_in_neighbourhoods('raw_sports', 'memberships', 'memberships', 'reference_date') }}),

placed_use as (
    {{ placed_in_neighbourhoods('raw_sports', 'accommodation_use', 'accommodation_use', 'reference_date') }}
),

-- Members and subsidies are of a year; use is of a month.
records as (
    select
        'sports.memberships' as feed,
        delivery_id,
        membership_year::string as period,
        reference_date,
        place_code,
        members_count,
        youth_members_count,
        null as club_name,
        null as subsidy_eur,
        null as club_members_count,
        null as accommodation_name,
        null as available_hours,
        null as used_hours
    from placed_memberships
    union all
    -- A club has members from anywhere: it belongs to the municipality and to no neighbourhood.
    select
        'sports.clubs',
        delivery_id,
        subsidy_year::string,
        make_date(subsidy_year, 12, 31),
        'unknown',
        null,
        null,
        club_name,
        subsidy_eur,
        members_count,
        null,
        null,
        null
    from clubs
    union all
    select
        'sports.accommodation_use',
        delivery_id,
        {{ month_name('reference_date') }},
        reference_date,
        place_code,
        null,
        null,
        null,
        null,
        null,
        accommodation_name,
        available_hours,
        used_hours
    from placed_use
),

periods as (
    select distinct
        feed,
        delivery_id,
        period,
        reference_date,
        feed = 'sports.accommodation_use' as is_month
    from records
)

-- A region that the register does not mention in a period counts zero members.
select
    parts.region_code,
    parts.region_level,
    periods.feed,
    periods.delivery_id,
    case when periods.is_month then 'month' else 'year' end as period_type,
    periods.period,
    date_trunc(case when periods.is_month then 'month' else 'year' end, periods.reference_date)::date as period_start_date,
    last_day(periods.reference_date) as period_end_date,
    periods.reference_date = last_day(periods.reference_date) as is_complete_period,
    coalesce(sum(records.members_count), 0) as members,
    coalesce(sum(records.youth_members_count), 0) as youth_members,
    count(distinct records.club_name) as clubs,
    coalesce({{ exact_sum('records.subsidy_eur') }}, 0) as subsidy_eur,
    coalesce(sum(records.club_members_count), 0) as club_members,
    count(distinct records.accommodation_name) as accommodations,
    coalesce({{ exact_sum('records.available_hours') }}, 0) as available_hours,
    coalesce({{ exact_sum('records.used_hours') }}, 0) as used_hours
from parts
cross join periods
left join records
    on
        parts.neighbourhood_code = records.place_code
        and periods.feed = records.feed
        and periods.period = records.period
where periods.feed <> 'sports.clubs' or parts.region_level = 'municipality'
group by all
