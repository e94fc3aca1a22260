with base as (select * from {{ ref('int_indicators__base') }}),

given_away as (select * from {{ ref('int_indicators__given_away') }}),

protected as (
    select
        {{ figure_columns('base', {
            'value': 'case when given_away.region_code is null then base.value end',
            'lower_bound': 'case when given_away.region_code is null then base.lower_bound end',
            'upper_bound': 'case when given_away.region_code is null then base.upper_bound end',
            'missing_reason': "case when given_away.region_code is null then base.missing_reason else 'secret' end",
        }) }}
    from base
    left join given_away
        on
            base.region_code = given_away.region_code
            and base.indicator_code = given_away.indicator_code
            and base.period = given_away.period
)

select * from protected
