"""Forecasts in a release of the sample: at which levels, how they add up, and what they do not show."""

import duckdb
import pytest

INDICATORS = 12


@pytest.fixture(scope="module")
def release(sample_home):
    """The marts of the release and the tables behind them."""
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{sample_home / 'warehouse.duckdb'}' AS warehouse (READ_ONLY); USE warehouse.marts")
    yield connection
    connection.close()


def ask(release, query):
    return release.execute(query).fetchall()


def test_every_indicator_is_forecast_a_year_ahead_and_judged(release):
    query = """
        select indicator_code, count(distinct horizon), min(horizon), max(horizon), bool_and(lower_80 >= 0)
        from fct_forecasts where scenario_code = 'unchanged' and is_latest group by all
    """
    found = ask(release, query)
    assert len(found) == INDICATORS
    assert {row[1:] for row in found} == {(12, 1, 12, True)}
    query = """
        select count(*) filter (where region_code = 'all' and mase > 0 and coverage_80_pct between 60 and 100)
        from fct_forecast_quality inner join warehouse.reference.forecasts using (indicator_code)
    """
    ((pooled,),) = ask(release, query)
    assert pooled >= 3 * (INDICATORS - 1)


def test_districts_and_neighbourhoods_add_up_as_the_published_figures_do(release):
    """Thefts of the districts make up those of the municipality: the sums are equal to the last bit."""
    query = """
        select period, origin_period,
            sum(mean_value) filter (where region_level = 'neighbourhood'),
            sum(mean_value) filter (where region_level = 'district'),
            max(mean_value) filter (where region_level = 'municipality')
        from fct_forecasts where indicator_code = 'bicycle_thefts_monthly_count' group by all
    """
    sums = ask(release, query)
    assert len(sums) == 24
    assert all(districts == whole for *_, districts, whole in sums)
    # Of some neighbourhoods a month is unknown, which is in no neighbourhood.
    assert all(0.9 < parts / whole < 1.1 for *_, parts, _, whole in sums)
    # Some recipients live at no known address, so their neighbourhoods do not make up the municipality.
    query = query.replace("bicycle_thefts_monthly_count", "benefit_recipients_count")
    assert all(parts < whole for *_, parts, _, whole in ask(release, query))


def test_counts_of_persons_have_bands_of_multiples_of_five(release):
    query = """
        select indicator_code, bool_and(lower_80 % 5 = 0 and upper_50 % 5 = 0)
        from fct_forecasts where scenario_code = 'unchanged' group by all order by all
    """
    fives = {code for code, is_of_fives in ask(release, query) if is_of_fives}
    assert fives == {
        "benefit_recipients_count",
        "wmo_clients_in_month_count",
        "youth_care_clients_in_month_count",
    }


def test_the_forecast_of_a_year_ago_stands_beside_the_figures_that_came(release):
    query = """
        select count(*), bool_and(forecasts.actual_value is not distinct from figures.value)
        from fct_forecasts as forecasts
        left join fct_indicator_values as figures using (region_code, indicator_code, period)
        where scenario_code = 'unchanged' and not is_latest
    """
    ((count, is_same),) = ask(release, query)
    assert is_same
    assert count > 3000


def test_a_forecast_is_made_of_shown_figures_alone(release):
    """A series that is suppressed, unknown or always zero has a reason and no forecast."""
    query = """
        select quality.reason_nl, count(forecasts.region_code)
        from fct_forecast_quality as quality
        left join fct_forecasts as forecasts
            on quality.indicator_code = forecasts.indicator_code
            and quality.region_code = forecasts.region_code and forecasts.scenario_code = 'unchanged'
        where quality.reason_nl is not null and quality.region_code is not null
            and quality.indicator_code in (select indicator_code from warehouse.reference.forecasts)
        group by all
    """
    reasons = dict(ask(release, query))
    assert reasons
    assert set(reasons.values()) == {0}


def test_incomplete_months_are_listed_with_a_reason_as_long_as_there_is_no_history(release):
    query = "select distinct indicator_code, is_latest, expected_value, reason_nl is null from fct_nowcasts"
    found = ask(release, query)
    assert {row[1:] for row in found} == {(True, None, False)}
    assert {"crimes_monthly_count", "nuisance_reports_monthly_count"} <= {code for code, *_ in found}
    query = "select max(period) from fct_nowcasts where indicator_code = 'crimes_monthly_count'"
    current = (
        "select max(period) from fct_indicator_values where indicator_code = 'crimes_monthly_count' and is_current"
    )
    # The newest month is incomplete: the forecast does not take it for a drop.
    assert ask(release, query) > ask(release, current)
    origin = (
        "select distinct origin_period from fct_forecasts where indicator_code = 'crimes_monthly_count' and is_latest"
    )
    assert ask(release, origin) == ask(release, current)
