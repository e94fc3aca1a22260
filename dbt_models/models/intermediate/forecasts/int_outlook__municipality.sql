{{ config(materialized='table') }}

with final as (select * from {{ ref('int_indicators__final') }}),

regional as (select * from {{ ref('stg_cbs__regional_key_figures') }}),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }}),

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

published as (
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
),

editions as (select min(year) as first_year from published where role = 'age'),

received as (
    select
        feed,
        delivery_id,
        min(released_at) as released_at
    from deliveries
    group by feed, delivery_id
),

-- Ages of the years before the first edition of neighbourhoods: they show how its cohorts changed until then.
earlier as (
    select
        regional.region_code,
        regional.region_level,
        needed.indicator_code,
        needed.role,
        needed.ages,
        regional.figures_year as year,
        case needed.indicator_code
            when 'population_0_14_count' then regional.population_0_14_count
            when 'population_15_24_count' then regional.population_15_24_count
            when 'population_25_44_count' then regional.population_25_44_count
            when 'population_45_64_count' then regional.population_45_64_count
            else regional.population_65_79_count + regional.population_80_plus_count
        end::double as value,
        regional.status,
        'cbs.regional_key_figures' as feed,
        received.released_at
    from regional
    inner join editions on regional.figures_year < editions.first_year
    cross join needed
    left join received on regional.delivery_id = received.delivery_id and received.feed = 'cbs.regional_key_figures'
    where regional.region_code = '{{ var('municipality_code') }}' and needed.role = 'age'
),

known as (
    select * from published
    union all
    select * from earlier where value is not null
),

inhabitants as (
    select
        year,
        sum(value) as value
    from known
    where role = 'age'
    group by year
    having count(*) = 5
),

changes as (
    select
        year,
        value / nullif(lag(value) over (order by year), 0) as growth
    from inhabitants
),

-- A municipality that is more than a twentieth larger or smaller after a year was merged or split.
borders as (select max(year) as border_year from changes where growth not between 0.95 and 1.05)

select
    known.*,
    borders.border_year
from known
cross join borders
