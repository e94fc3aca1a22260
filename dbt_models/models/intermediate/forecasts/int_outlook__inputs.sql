{{ config(materialized='table') }}

with borders as (select * from {{ ref('int_indicators__constant_borders') }}),

final as (select * from {{ ref('int_indicators__final') }}),

-- Inhabitants by age, the dwellings that explain growth, and users of care of whom the ages are not known. `ages` are
-- the first ages of the groups, and the first age above them; rates of care are estimated for these groups.
needed as (
    select *
    from (
        values
        ('population_0_14_count', 'age', '0 15'),
        ('population_15_24_count', 'age', '15 25'),
        ('population_25_44_count', 'age', '25 45'),
        ('population_45_64_count', 'age', '45 65'),
        ('population_65_plus_count', 'age', '65 100'),
        ('population_80_plus_of_municipality_count', 'oldest', '80 100'),
        ('population_count', 'total', '0 100'),
        ('dwelling_count', 'dwellings', null),
        ('youth_care_recipients_count', 'care', '0 15 25'),
        ('wmo_clients_count', 'care', '0 65 80 100')
    ) as needs (indicator_code, role, ages)
),

municipality as (
    select
        final.region_code,
        final.region_level,
        final.indicator_code,
        needed.role,
        needed.ages,
        year(final.period_start_date) as year,
        final.value,
        final.status,
        final.feed,
        final.released_at
    from final
    inner join needed on final.indicator_code = needed.indicator_code
    where final.region_code = '{{ var('municipality_code') }}' and final.value is not null
)

select
    region_code,
    region_level,
    indicator_code,
    role,
    ages,
    year,
    value,
    status,
    feed,
    null::string as outline_feed,
    released_at
from municipality
union all
-- On the borders of today, so that a cohort is followed on one piece of ground.
select
    borders.region_code,
    'neighbourhood' as region_level,
    borders.indicator_code,
    municipality.role,
    municipality.ages,
    municipality.year,
    borders.value,
    municipality.status,
    borders.feed,
    borders.outline_feed,
    borders.released_at
from borders
inner join municipality
    on borders.indicator_code = municipality.indicator_code and year(borders.period_start_date) = municipality.year
where borders.value is not null and borders.feed = municipality.feed
