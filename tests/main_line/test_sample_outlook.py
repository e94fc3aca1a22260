"""The long term of the sample: levels add up, errors are stated, and advice waits for its gates."""

import duckdb
import pytest

from .installation import ask

OLDEST = "population_80_plus_of_municipality_count"
LONG_TERM = "scenario_code in ('rates_held', 'trend', 'policy')"


@pytest.fixture(scope="module")
def release(sample_home):
    return (sample_home / "releases" / "latest").resolve()


def test_population_and_care_are_projected_fifteen_years_on_for_every_level(release):
    query = f"""
        select scenario_code, region_level, count(distinct indicator_code), max(horizon), min(horizon)
        from fct_forecasts where {LONG_TERM} and is_latest group by all
    """
    found = {(scenario, level): tuple(rest) for scenario, level, *rest in ask(release, query)}
    # Persons of 80 and older are known of the municipality alone.
    counts = {"neighbourhood": 8, "district": 8, "area": 8, "municipality": 9}
    assert found == {
        (scenario, level): (count, 15, 1)
        for scenario in ("rates_held", "trend", "policy")
        for level, count in counts.items()
    }


def test_the_oldest_are_part_of_those_of_65_and_older_and_grow_faster(release):
    query = f"""
        select
            max(case when indicator_code = '{OLDEST}' then mean_value end),
            max(case when indicator_code = 'population_65_plus_count' then mean_value end)
        from fct_forecasts where {LONG_TERM} and is_latest and region_level = 'municipality'
        group by scenario_code, period order by scenario_code, period
    """
    shares = [oldest / older for oldest, older in ask(release, query)]
    assert len(shares) == 3 * 15
    assert all(0.2 < share < 0.3 for share in shares)
    assert all(shares[number + 14] > shares[number] for number in (0, 15, 30))


def test_both_groups_of_65_and_older_are_those_of_the_key_figures_but_for_rounding(sample_home):
    query = """
        select abs(regional.population_65_79_count + regional.population_80_plus_count - whole.population_65_plus_count)
        from staging.stg_cbs__regional_key_figures as regional
        inner join staging.stg_cbs__key_figures as whole
            on regional.region_code = whole.region_code and regional.figures_year = whole.edition_year
    """
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as warehouse:
        differences = [difference for (difference,) in warehouse.execute(query).fetchall()]
    # Forty-three municipalities and the country, in thirteen years.
    assert len(differences) == 44 * 13
    assert max(differences) <= 2


def test_levels_and_ages_add_up(release):
    query = f"""
        select
            indicator_code, scenario_code, period,
            sum(case when region_level = 'neighbourhood' then mean_value end),
            sum(case when region_level = 'district' then mean_value end),
            sum(case when region_level = 'municipality' then mean_value end)
        from fct_forecasts where {LONG_TERM} and is_latest and indicator_code <> '{OLDEST}' group by all
    """
    rows = ask(release, query)
    assert len(rows) == 8 * 3 * 15
    for _, _, _, neighbourhoods, districts, municipality in rows:
        assert districts == pytest.approx(neighbourhoods, abs=0.1)
        # CBS rounds each figure to a multiple of five.
        assert municipality == pytest.approx(districts, rel=0.01)


def test_the_projection_of_five_years_ago_stands_beside_what_came(release):
    query = f"""
        select origin_period, count(*), count(actual_value), count(distinct period)
        from fct_forecasts where {LONG_TERM} and not is_latest group by all
    """
    ((origin, rows, actual, periods),) = ask(release, query)
    assert (origin, rows, periods) == ("2020", actual, 5)


def test_no_projection_is_called_better_that_is_not(release):
    query = """
        select region_level, beats_naive, wape_year_pct < naive_wape_year_pct, coverage_80_pct between 65 and 100
        from fct_forecast_quality where method like 'hamilton_perry%' and region_code = 'all'
    """
    rows = ask(release, query)
    assert len(rows) == 8 * 4 + 1
    assert all(is_smaller for _, beats, is_smaller, _ in rows if beats)
    assert all(covers for *_, covers in rows)
    # Neighbourhoods of the sample keep their share of the municipality, which no cohort explains.
    verdicts = [beats for level, beats, *_ in rows if level == "neighbourhood"]
    assert verdicts.count(False) > verdicts.count(True)


def test_the_first_edition_is_compared_ten_years_on_where_borders_allow(release):
    """Two neighbourhoods got another border in a year without outlines, and so does their district not add up."""
    query = """
        select
            region_level, indicator_code, ten_years_origin_period, ten_years_period, ten_years_wape_pct,
            naive_ten_years_wape_pct, ten_years_regions_count, regions_count, ten_years_reason_nl
        from fct_forecast_quality where method like 'hamilton_perry%' and region_code = 'all'
    """
    found = {(level, code): tuple(rest) for level, code, *rest in ask(release, query)}
    ages = [code for level, code in found if level == "municipality" and code.startswith("population")]
    assert len(ages) == 7
    counts = {"neighbourhood": (22, 24), "district": (2, 3), "area": (3, 3), "municipality": (1, 1)}
    for (level, code), (origin, period, error, naive, compared, regions, reason) in found.items():
        if code in ages:
            assert (origin, period, compared, regions, reason) == ("2013", "2023", *counts[level], None)
            assert 0 < error < 35
            assert 0 < naive < 35
        else:
            assert (origin, period, error, naive, compared) == (None, None, None, None, 0)
            assert reason == "Dit cijfer is pas sinds 2018 bekend."
    # Ages say how many will be old, and shares do not.
    error, naive = found["municipality", "population_65_plus_count"][2:4]
    assert error < 0.5 * naive


def test_a_neighbourhood_of_other_ground_says_why_it_is_not_compared(release):
    rows = ask(
        release,
        "select region_code, ten_years_reason_nl from fct_forecast_quality"
        " where indicator_code = 'population_count' and ten_years_wape_pct is null and method like 'hamilton%'",
    )
    reason = "De grenzen van toen zijn niet om te rekenen naar die van nu."
    assert {*rows} == {(code, reason) for code in ("BU99990103", "BU99990104", "WK999901")}


def test_advice_is_empty_with_the_reasons(release):
    assert ask(release, "select count(*) from mart_prevention_advice") == [(0,)]
    gates = ask(
        release, "select gate_code, is_passed, reason_nl is null from mart_prevention_advice_gates order by gate_order"
    )
    assert [code for code, is_passed, _ in gates if not is_passed] == [
        "forecast_beats_baseline",
        "effects_known",
        "two_people_decided",
        "not_expired",
    ]
    assert all(is_passed == has_no_reason for _, is_passed, has_no_reason in gates)
