with yearly as (select * from {{ ref('stg_police__crime_yearly') }}),

monthly as (select * from {{ ref('stg_police__crime_monthly') }}),

deliveries as (select * from {{ ref('stg_maandvers__deliveries') }}),

newest_month as (select max(period) as period from monthly where period_type = 'month'),

-- The newest month is published before all of it is registered; a year is over before it is published.
crimes as (
    select
        'police.crime_yearly' as feed,
        yearly.*,
        coalesce(yearly.period_end_date < cast(deliveries.received_at as date), true) as is_complete_period
    from yearly
    left join deliveries
        on deliveries.feed = 'police.crime_yearly' and yearly.delivery_id = deliveries.delivery_id
    where yearly.period_type = 'year'
    union all
    select
        'police.crime_monthly' as feed,
        monthly.*,
        monthly.period <> newest_month.period as is_complete_period
    from monthly
    cross join newest_month
    where monthly.period_type = 'month'
),

-- 0.0.0 is the total of all kinds and stands beside its parts: nothing is added to it. A kind without a row, or with an
-- empty one, stays empty: the police do not say whether there were none.
by_kind as (
    select
        feed,
        region_code,
        region_level,
        period_type,
        period,
        period_start_date,
        period_end_date,
        is_complete_period,
        status,
        delivery_id,
        max(case when crime_code = '0.0.0' then crime_count end) as crimes_count,
        max(case when crime_code = '1.1.1' then crime_count end) as residential_burglaries_count,
        max(case when crime_code = '1.1.2' then crime_count end) as shed_burglaries_count,
        max(case when crime_code = '1.2.1' then crime_count end) as thefts_from_vehicles_count,
        max(case when crime_code = '1.2.2' then crime_count end) as vehicle_thefts_count,
        max(case when crime_code = '1.2.3' then crime_count end) as bicycle_thefts_count,
        max(case when crime_code = '1.2.4' then crime_count end) as pickpocketings_count,
        max(case when crime_code = '1.4.2' then crime_count end) as homicides_count,
        max(case when crime_code = '1.4.3' then crime_count end) as open_violence_incidents_count,
        max(case when crime_code = '1.4.4' then crime_count end) as threats_count,
        max(case when crime_code = '1.4.5' then crime_count end) as assaults_count,
        max(case when crime_code = '1.4.6' then crime_count end) as street_robberies_count,
        max(case when crime_code = '2.1.1' then crime_count end) as alcohol_and_drug_nuisance_incidents_count,
        max(case when crime_code = '2.2.1' then crime_count end) as vandalism_incidents_count,
        max(case when crime_code = '2.5.1' then crime_count end) as business_burglaries_count,
        max(case when crime_code = '2.5.2' then crime_count end) as shoplifting_incidents_count,
        max(case when crime_code = '3.1.1' then crime_count end) as drug_trafficking_incidents_count,
        max(case when crime_code = '3.1.3' then crime_count end) as weapon_trafficking_incidents_count,
        max(case when crime_code = '3.7.4' then crime_count end) as cybercrimes_count,
        -- Registered from 2016; a zero before is not a figure.
        max(case when crime_code = '3.9.1' and period >= '2016' then crime_count end) as horizontal_frauds_count
    from crimes
    group by all
)

-- Empty as soon as one of the four is.
select
    *,
    open_violence_incidents_count + threats_count + assaults_count + street_robberies_count as violent_crimes_count
from by_kind
