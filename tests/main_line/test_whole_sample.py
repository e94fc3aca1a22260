"""The whole sample by its own command: every feed comes in, every mart has figures, and they agree with each other."""

import json
import os
import subprocess
from datetime import date
from pathlib import Path

import pytest

from dagster_project.contracts.load import load_feeds
from dagster_project.settings import DBT_PROJECT

from .installation import COMMAND, ask, marts

DAY = date(2026, 11, 25)
# CBS published these per neighbourhood until the edition of 2020.
NO_LONGER_PUBLISHED = ["average_electricity_use_apartment_kwh", "average_gas_use_apartment_m3"]


def call(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAANDVERS_")}
    command = [str(COMMAND), *arguments, "--sample", "--as-of", DAY.isoformat(), "--json"]
    return subprocess.run(
        command, env=own | {"MAANDVERS_HOME": str(home)}, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("sample")
    ran = call(home, "run")
    assert ran.returncode == 0, ran.stderr[-3000:]
    return home


@pytest.fixture(scope="module")
def release(home):
    return home / "releases" / "latest"


def test_status_shows_every_feed_and_each_is_fresh(home):
    told = json.loads(call(home, "status").stdout)
    states = {feed["feed"]: feed["state"] for feed in told["feeds"]}
    assert states == {feed.id: "fresh" for feed in load_feeds(DBT_PROJECT / "models")}


def test_every_mart_has_figures_and_no_column_of_it_is_empty(release):
    assert set(marts(release)) == {path.stem for path in (DBT_PROJECT / "models/marts").rglob("*.sql")}
    empty = [
        f"{mart}.{column}"
        for mart in marts(release)
        for (column,) in ask(release, f"select column_name from (summarize {mart}) where null_percentage = 100")
    ]
    assert empty == [f"mart_neighbourhood_key_figures.{code}" for code in NO_LONGER_PUBLISHED]


def test_every_theme_and_indicator_has_a_figure(release):
    query = "select indicator_code from fct_indicator_values group by all having count(value) = 0 order by 1"
    assert [code for (code,) in ask(release, query)] == NO_LONGER_PUBLISHED
    assert (
        ask(release, "select indicator_code from dim_indicator anti join fct_indicator_values using (indicator_code)")
        == []
    )
    assert ask(release, "select count(*) >= 150 from dim_indicator") == [(True,)]
    assert ask(release, "select distinct period_type from fct_indicator_values order by 1") == [
        ("month",), ("quarter",), ("year",),
    ]  # fmt: skip


def test_a_ratio_is_that_of_the_figures_of_its_own_region_and_no_mean_of_ratios(release):
    ratios = """
        select values.*, dictionary.numerator as above, dictionary.denominator as below, dictionary.factor
        from fct_indicator_values as values
        join dim_indicator as dictionary using (indicator_code)
        where dictionary.numerator is not null and values.value is not null
    """
    levels = ask(release, f"select distinct region_level from ({ratios}) order by 1")
    assert levels == [("area",), ("country",), ("district",), ("municipality",), ("neighbourhood",)]
    wrong = f"""
        select ratios.region_code, ratios.indicator_code, ratios.period
        from ({ratios}) as ratios
        left join fct_indicator_values as counts
            on counts.indicator_code = ratios.above
            and counts.region_code = ratios.region_code and counts.period = ratios.period
        left join fct_indicator_values as divisors
            on divisors.indicator_code = ratios.below
            and divisors.region_code = ratios.region_code and divisors.period = ratios.denominator_period
        where counts.value is distinct from ratios.numerator
            or divisors.value is distinct from ratios.denominator
            or abs(ratios.value - ratios.factor * ratios.numerator / ratios.denominator) > 1e-9 * abs(ratios.value)
    """
    assert ask(release, wrong) == []
    # As a check that can fail: means of the ratios of neighbourhoods are something else.
    means = f"""
        select count(*) from (select indicator_code, period, avg(value) as mean from ({ratios})
        where region_level = 'neighbourhood' group by all) join ({ratios}) using (indicator_code, period)
        where region_level = 'municipality' and abs(mean - value) > 0.01
    """
    assert ask(release, means)[0][0] > 100


def test_a_rate_divides_by_the_inhabitants_of_its_own_year_as_soon_as_these_are_held(release):
    rates = """
        select rates.period[:4] = rates.denominator_period, own.value is not null, count(*)
        from fct_indicator_values as rates
        join dim_indicator as dictionary using (indicator_code)
        left join fct_indicator_values as own
            on own.indicator_code = dictionary.denominator
            and own.region_code = rates.region_code and own.period = rates.period[:4]
        where rates.denominator_feed = 'cbs.key_figures' and dictionary.numerator is not null
        group by all
    """
    found = {(is_own, is_held): count for is_own, is_held, count in ask(release, rates)}
    # Every rate of a year that is held divides by it; others, of before and after, by the nearest.
    assert found.keys() == {(True, True), (False, False)}
    assert min(found.values()) > 100


def test_totals_on_constant_borders_are_those_of_the_edition(release):
    query = """
        with converted as (
            select indicator_code, period, sum(value) as total, bool_or(quality = 'estimated') as has_moved
            from mart_constant_borders group by all having count(*) = count(value)
        ),
        published as (
            select indicator_code, period, sum(value) as total
            from fct_indicator_values join dim_indicator using (indicator_code)
            where region_level = 'neighbourhood' and aggregation = 'sum'
            group by all having count(*) = count(value)
        )
        select count(*), count(*) filter (has_moved), max(abs(converted.total - published.total))
        from converted join published using (indicator_code, period)
    """
    ((series, moved, difference),) = ask(release, query)
    assert series > 50
    assert moved > 10
    assert difference < 1e-6


def test_no_secret_count_is_what_a_district_has_more_than_its_neighbourhoods(release):
    query = """
        with counts as (
            select figures.*, regions.district_code
            from fct_indicator_values as figures
            join dim_indicator using (indicator_code)
            join dim_region as regions using (region_code, region_vintage)
            where secret_below is not null
        ),
        neighbourhoods as (
            select district_code, indicator_code, period, sum(value) as shown,
                count(*) filter (missing_reason = 'secret') as secrets
            from counts where region_level = 'neighbourhood' group by all
        )
        select count(*), count(*) filter (districts.value - shown between 1 and 4)
        from neighbourhoods
        join counts as districts using (district_code, indicator_code, period)
        where districts.region_level = 'district' and districts.value is not null and secrets > 0
    """
    ((compared, worked_out),) = ask(release, query)
    assert compared > 100
    assert worked_out == 0


def test_the_board_has_a_light_and_a_trend_for_what_it_steers_on(release):
    lights = dict(ask(release, "select indicator_code, traffic_light from mart_kpi where target_value is not null"))
    trends = dict(ask(release, "select indicator_code, trend from mart_kpi where trend is not null"))
    steered_on = {
        "reports_open_count", "reports_handling_days_median", "reports_on_time_pct", "sickness_absence_12_months_pct",
        "welfare_recipients_quarter_count", "youth_care_projected_balance_eur",
    }  # fmt: skip
    assert steered_on <= lights.keys() & trends.keys()
    assert set(lights.values()) == {"green", "amber", "red"}
