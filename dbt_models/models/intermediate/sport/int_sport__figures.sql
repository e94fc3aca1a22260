with by_region as (select * from {{ ref('int_sport__by_region') }}),

dictionary as (select * from {{ ref('indicators') }}),

counted_indicators as (
    select
        indicator_code,
        source_feed
    from dictionary
    where source_feed in ('sports.memberships', 'sports.clubs', 'sports.accommodation_use') and numerator is null
),

figures as (
    select
        by_region.region_code,
        by_region.region_vintage,
        by_region.region_level,
        counted_indicators.indicator_code,
        null::integer as edition_year,
        by_region.period_type,
        by_region.period,
        by_region.period_start_date,
        by_region.period_end_date,
        by_region.is_complete_period,
        (case counted_indicators.indicator_code
            when 'sports_members_count' then by_region.members
            when 'sports_youth_members_count' then by_region.youth_members
            when 'sports_clubs_count' then by_region.clubs
            when 'sports_subsidy_eur' then by_region.subsidy_eur
            when 'sports_club_members_count' then by_region.club_members
            when 'sports_accommodations_count' then by_region.accommodations
            when 'sports_accommodation_available_hours' then by_region.available_hours
            when 'sports_accommodation_used_hours' then by_region.used_hours
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        null::varchar as status,
        null::varchar as missing_reason,
        by_region.feed,
        by_region.delivery_id
    from by_region
    inner join counted_indicators on by_region.feed = counted_indicators.source_feed
)

select * from figures
