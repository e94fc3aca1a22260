with base as (select * from {{ ref('int_indicators__base') }}),

given_away as (select * from {{ ref('int_indicators__given_away') }}),

protected as (
    select
        base.region_code,
        base.region_vintage,
        base.region_level,
        base.indicator_code,
        base.edition_year,
        base.period_type,
        base.period,
        base.period_start_date,
        base.period_end_date,
        base.is_complete_period,
        case when given_away.region_code is null then base.value end as value,
        case when given_away.region_code is null then base.lower_bound end as lower_bound,
        case when given_away.region_code is null then base.upper_bound end as upper_bound,
        base.status,
        case when given_away.region_code is null then base.missing_reason else 'secret' end as missing_reason,
        base.feed,
        base.delivery_id
    from base
    left join given_away
        on
            base.region_code = given_away.region_code
            and base.indicator_code = given_away.indicator_code
            and base.period = given_away.period
)

select * from protected
