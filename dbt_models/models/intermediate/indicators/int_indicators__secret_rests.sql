{{ config(materialized='table') }}

with base as (select * from {{ ref('int_indicators__base') }}),

dictionary as (select * from {{ ref('indicators') }}),

together as (select * from {{ ref('secret_together') }}),

-- Each figure beside the one that it is a part of, or of which it is the whole.
pairs as (
    select
        figures.region_code,
        figures.period,
        together.indicator_code,
        together.split_code,
        together.beside_code,
        together.relation,
        figures.value,
        beside.value as beside_value,
        coalesce(figures.missing_reason = 'secret', false) as is_secret,
        -- What the two differ is a number of persons as well.
        coalesce(
            together.relation <> 'follows'
            and abs(beside.value - figures.value) > 0
            and abs(beside.value - figures.value) < dictionary.secret_below,
            false
        ) as is_rest_secret
    from base as figures
    inner join together on figures.indicator_code = together.indicator_code
    inner join dictionary on together.indicator_code = dictionary.indicator_code
    inner join base as beside
        on
            together.beside_code = beside.indicator_code
            and figures.region_code = beside.region_code
            and figures.period = beside.period
),

-- Parts that overlap are together no less than the whole: what the shown ones leave of it lies in the secret ones. Where
-- that is more than one for each of them, it tells of them.
covering as (
    select
        *,
        relation = 'covers'
        and sum(case when is_secret then 1 else 0 end) over parts > 0
        and beside_value - coalesce(sum(value) over parts, 0) > sum(case when is_secret then 1 else 0 end) over parts
            as is_left_by_others
    from pairs
    window parts as (partition by region_code, period, beside_code, relation)
),

-- Of a split that adds up each part is the whole less the others: one does not go without the others, nor in one
-- neighbourhood without the other.
secret_rests as (
    select
        region_code,
        period,
        indicator_code,
        max(case when is_secret or is_rest_secret or coalesce(is_left_by_others, false) then 1 else 0 end) over split = 1
            as is_secret,
        case
            when relation = 'adds_up' then beside_value
            -- Where nobody has another form, the whole tells what this one is.
            when relation = 'covers' and beside_value = value then 0
        end as size
    from covering
    window split as (partition by region_code, period, split_code)
)

select * from secret_rests
