with memberships as (select * from {{ ref('stg_sports__memberships') }}),

clubs as (select * from {{ ref('stg_sports__clubs') }}),

accommodation_use as (select * from {{ ref('stg_sports__accommodation_use') }}),

parts as (select * from {{ ref('int_regions__parts') }}),

own_regions as (
    select distinct
        region_code,
        region_vintage,
        region_level
    from parts
),

-- An accommodation may be counted more than once in a month: the last count holds.
newest_use as (
    select *
    from accommodation_use
    qualify reference_date = max(reference_date) over (partition by month_start_date)
),

-- Members and subsidies are of a year; use is of a month.
periods as (
    select
        'sports.memberships' as feed,
        delivery_id,
        'year' as period_type,
        membership_year::varchar as period,
        make_date(membership_year, 1, 1) as period_start_date,
        make_date(membership_year, 12, 31) as period_end_date,
        true as is_complete_period
    from memberships
    group by all
    union all
    select
        'sports.clubs' as feed,
        delivery_id,
        'year' as period_type,
        subsidy_year::varchar as period,
        make_date(subsidy_year, 1, 1) as period_start_date,
        make_date(subsidy_year, 12, 31) as period_end_date,
        true as is_complete_period
    from clubs
    group by all
    union all
    select
        'sports.accommodation_use' as feed,
        delivery_id,
        'month' as period_type,
        year(month_start_date)::varchar || '-' || lpad(month(month_start_date)::varchar, 2, '0') as period,
        month_start_date as period_start_date,
        last_day(month_start_date) as period_end_date,
        reference_date = last_day(month_start_date) as is_complete_period
    from newest_use
    group by all
),

counts as (
    select
        'sports.memberships' as feed,
        parts.region_code,
        make_date(memberships.membership_year, 1, 1) as period_start_date,
        sum(memberships.members_count) as members,
        sum(memberships.youth_members_count) as youth_members,
        null as clubs,
        null as subsidy_eur,
        null as club_members,
        null as accommodations,
        null as available_hours,
        null as used_hours
    from memberships
    inner join parts on memberships.neighbourhood_code = parts.neighbourhood_code
    group by all
    union all
    -- A club has members from anywhere: it belongs to the municipality and to no neighbourhood.
    select
        'sports.clubs' as feed,
        parts.region_code,
        make_date(clubs.subsidy_year, 1, 1) as period_start_date,
        null as members,
        null as youth_members,
        count(distinct clubs.club_name) as clubs,
        sum(clubs.subsidy_eur) as subsidy_eur,
        sum(clubs.members_count) as club_members,
        null as accommodations,
        null as available_hours,
        null as used_hours
    from clubs
    inner join parts on parts.neighbourhood_code = 'unknown'
    group by all
    union all
    select
        'sports.accommodation_use' as feed,
        parts.region_code,
        newest_use.month_start_date as period_start_date,
        null as members,
        null as youth_members,
        null as clubs,
        null as subsidy_eur,
        null as club_members,
        count(distinct newest_use.accommodation_name) as accommodations,
        sum(newest_use.available_hours) as available_hours,
        sum(newest_use.used_hours) as used_hours
    from newest_use
    inner join parts on newest_use.neighbourhood_code = parts.neighbourhood_code
    group by all
),

-- A region that the register does not mention in a period counts zero members.
by_region as (
    select
        own_regions.region_code,
        own_regions.region_vintage,
        own_regions.region_level,
        periods.feed,
        periods.delivery_id,
        periods.period_type,
        periods.period,
        periods.period_start_date,
        periods.period_end_date,
        periods.is_complete_period,
        coalesce(counts.members, 0) as members,
        coalesce(counts.youth_members, 0) as youth_members,
        coalesce(counts.clubs, 0) as clubs,
        coalesce(counts.subsidy_eur, 0) as subsidy_eur,
        coalesce(counts.club_members, 0) as club_members,
        coalesce(counts.accommodations, 0) as accommodations,
        coalesce(counts.available_hours, 0) as available_hours,
        coalesce(counts.used_hours, 0) as used_hours
    from own_regions
    cross join periods
    left join counts
        on
            own_regions.region_code = counts.region_code
            and periods.feed = counts.feed
            and periods.period_start_date = counts.period_start_date
    where periods.feed <> 'sports.clubs' or own_regions.region_level = 'municipality'
)

select * from by_region
