with clubs as (select * from {{ source('raw_sports', 'clubs') }}),

cleaned as (
    select
        delivery_id,
        subsidy_year,
        club_name,
        lower(sport) as sport,
        subsidy_eur,
        members_count
    from clubs
)

select * from cleaned
