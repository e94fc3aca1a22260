with plans as (select * from {{ ref('int_advice__plans') }}),

forecasts as (
    select *
    from {{ ref('int_outlook__forecasts') }}
    where is_latest and scenario_code = 'rates_held' and region_level = 'neighbourhood'
)

-- A neighbourhood without a forecast has no need that a plan could count, and no part in it.
select
    plans.plan_code,
    plans.budget_eur,
    plans.floor_pct,
    forecasts.region_code,
    'WK' || substr(forecasts.region_code, 3, 6) as district_code,
    plans.municipality_code,
    forecasts.mean_value as need_count,
    -- Standard deviation of the logarithm, from the 80% band.
    ln((forecasts.upper_80 + 0.5) / (forecasts.lower_80 + 0.5)) / (2 * 1.2815515655446004) as need_spread,
    inhabitants.mean_value as inhabitants_count
from plans
inner join forecasts
    on plans.indicator_code = forecasts.indicator_code and plans.horizon_years = forecasts.horizon
inner join forecasts as inhabitants
    on
        forecasts.region_code = inhabitants.region_code
        and forecasts.period = inhabitants.period
        and inhabitants.indicator_code = 'population_count'
