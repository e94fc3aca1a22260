{{ config(materialized='table') }}

with shown as (select * from {{ ref('int_revisions__shown') }}),

published as (select * from {{ ref('int_revisions__published') }}),

-- Releases of one day are numbered; no day has as many as a million. Engines differ in which of them counts as the last
-- if its value is empty, so none of those takes part.
last_published as (
    select
        region_code,
        indicator_code,
        period,
        max_by(value, {{ days_apart("date '2000-01-01'", 'published_on') }} * 1000000 + release_number)
            filter (where value is not null) as value,
        max_by(is_complete_period, {{ days_apart("date '2000-01-01'", 'published_on') }} * 1000000 + release_number)
            filter (where is_complete_period is not null) as is_complete_period,
        max_by(status, {{ days_apart("date '2000-01-01'", 'published_on') }} * 1000000 + release_number)
            filter (where status is not null) as status
    from published
    group by region_code, indicator_code, period
)

-- Sums in another order differ in their last digits; that is no other figure.
select
    shown.region_code,
    shown.region_vintage,
    shown.indicator_code,
    shown.period,
    shown.definition,
    shown.value,
    shown.status,
    shown.is_complete_period
from shown
left join last_published
    on
        shown.region_code = last_published.region_code
        and shown.indicator_code = last_published.indicator_code
        and shown.period = last_published.period
where
    last_published.value is null
    or shown.status <> last_published.status
    or shown.is_complete_period <> last_published.is_complete_period
    or abs(shown.value - last_published.value)
    > 0.000000001 * greatest(abs(shown.value), abs(last_published.value))
