"""Months in which suppliers revise their figures: each is rebuilt as it was known, and revisions are reported.

Alone it takes two months, of which the second brings definitive figures; with MAANDVERS_TEST_MONTHS=12 a whole year.
"""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from isodate.duration import Duration
from starlette.applications import Starlette
from suppliers import faults
from suppliers.running import running

from dagster_project.errors import ExitCode
from dagster_project.operations.rebuild_as_of import ReleaseComparison
from dagster_project.operations.verify import verify
from dagster_project.run import RunResult
from dagster_project.sample.service import write_inbox
from dashboard.explain import explain_forecast

from .installation import CLOCKS, Installation, ask, figures, marts

pytestmark = [pytest.mark.whole_run, pytest.mark.search, pytest.mark.long]

MONTHS = int(os.environ.get("MAANDVERS_TEST_MONTHS", "2"))
FIRST = date(2025, 10, 20)
# Crimes of the newest month are not all registered yet; halves and quarters are provisional, and then definitive. Costs
# and bookings are sums of fractions, whose last digits depend on the order in which they are added up.
FEEDS = [
    "cbs.key_figures",
    "cbs.youth_care",
    "cbs.benefits",
    "police.crime_monthly",
    "police.nuisance_monthly",
    "social_domain.allocations",
    "ledger",
]
# CBS gives no answer for two months: its figures are withheld in the second of them.
SILENT = (3, 4)
# The police publish a month in which 60% is registered, and the rest a month later. A month is final after three.
LATE = "crimes_monthly_count"
# The eighth month is the first of which six before it are final, and so known at the same age.
FIRST_NOWCAST = 7
a_year = pytest.mark.skipif(MONTHS < 12, reason="six months have to be final, and one that was nowcast after them")


@dataclass
class Month:
    """A month's run, and the release that was kept of it."""

    day: date
    result: RunResult
    figures: dict[str, tuple]


@dataclass
class Year:
    """The installation that lived through the months, and what each left."""

    installation: Installation
    months: list[Month]


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    home = Path(os.environ.get("MAANDVERS_TEST_HOME") or tmp_path_factory.mktemp("months")) / "home"
    with running(Starlette()) as suppliers:
        # Three editions are enough to show moved borders.
        editions = {"MAANDVERS_SUPPLIERS__CBS__FEEDS__KEY_FIGURES__EDITIONS": "3"}
        urls = {f"MAANDVERS_SUPPLIERS__{name}__BASE_URL": suppliers.cbs_url for name in ("CBS", "POLICE")}
        listed = ", ".join(f'"{feed}"' for feed in FEEDS)
        installation = Installation(home, settings={**urls, **editions, "MAANDVERS_FEEDS": f"[{listed}]"})
        months = []
        for number in range(MONTHS):
            day = FIRST + Duration(months=number)
            suppliers.travel_to(day)
            write_inbox(home / "drops", day)
            suppliers.faults.chosen = {"(?i)odata.*85[0-9]{3}NED": faults.unavailable()} if number in SILENT else {}
            result = installation.run(day)
            assert result.release_id, result.failures
            months.append(Month(day, result, figures(result.folder)))
    return Year(installation, months)


def parquet_figures(release, mart):
    """Rows and checksum of the mart's Parquet file without the clocks."""
    with duckdb.connect() as connection:
        file = release / "parquet" / f"{mart}.parquet"
        names = [name for name, *_ in connection.execute(f"describe from '{file}'").fetchall() if name not in CLOCKS]
        query = f"select count(*), sum(hash(t)::hugeint) from (select {', '.join(names)} from '{file}') t"
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("number", range(MONTHS))
def test_each_month_is_made_again_as_it_was_released(year, number):
    month = year.months[number]
    again = year.installation.reconstruct(month.day, today=year.months[-1].day)
    assert (again.exit_code, again.failures) == (month.result.exit_code, [])
    assert figures(again.folder) == month.figures
    for mart in marts(month.result.folder):
        assert parquet_figures(again.folder, mart) == parquet_figures(month.result.folder, mart), mart
    assert again.comparison == ReleaseComparison(kept=month.result.release_id, differing=[])
    clocks = "select * from freshness order by feed"
    assert ask(again.folder, clocks) == ask(month.result.folder, clocks)


def test_months_differ_so_that_making_them_again_means_something(year):
    for before, after in zip(year.months, year.months[1:], strict=False):
        assert before.figures != after.figures


def revisions(month, where="true"):
    columns = "indicator_code, region_code, period, first_value, first_status, first_published_on, value, status"
    query = f"select {columns}, revision_count, last_changed_on, change from mart_revisions where {where} order by all"
    return ask(month.result.folder, query)


def test_nothing_was_revised_in_the_first_release(year):
    assert revisions(year.months[0]) == []


def test_a_month_of_crimes_is_first_published_too_low_and_then_revised(year):
    first, second = year.months[:2]
    of_crimes = "indicator_code = 'crimes_monthly_count' and region_code = 'GM9999'"
    ((_, _, period, first_value, _, first_day, value, _, count, last_day, change),) = revisions(second, of_crimes)
    for month, expected in ((first, first_value), (second, value)):
        figure = f"select value from fct_indicator_values where {of_crimes} and period = '{period}'"
        assert ask(month.result.folder, figure) == [(expected,)]
    assert (first_day, last_day, count, change) == (first.day, second.day, 1, value - first_value)
    assert change > 0


def test_what_becomes_definitive_is_told(year):
    made = revisions(year.months[1], "is_made_definitive")
    assert {(first_status, status) for _, _, _, _, first_status, _, _, status, *_ in made} == {
        ("provisional", "definitive")
    }


def test_every_first_value_is_what_the_first_release_held(year):
    """Compared with the releases themselves, without the ledger; on other borders it is another figure."""
    kept = {month.day: month.result.folder for month in year.months}
    last = year.months[-1]
    assert revisions(last)
    with duckdb.connect() as connection:
        for day, folder in kept.items():
            connection.execute(f"attach '{folder / 'maandvers.duckdb'}' as month_{day:%Y%m} (read_only)")
        stored = " union all ".join(
            f"select date '{day}' as day, region_code, region_vintage, indicator_code, period, value, status"
            f" from month_{day:%Y%m}.snapshot.fct_indicator_values where value is not null"
            for day in kept
        )
        query = f"""
            with revisions as (
                select revisions.*, regions.unchanged_since
                from month_{last.day:%Y%m}.snapshot.mart_revisions as revisions
                left join month_{last.day:%Y%m}.snapshot.dim_region as regions using (region_code, region_vintage)
            ),
            first as (
                select stored.*
                from ({stored}) as stored
                inner join revisions using (region_code, indicator_code, period)
                where stored.region_vintage >= coalesce(revisions.unchanged_since, stored.region_vintage)
                qualify row_number() over (partition by region_code, indicator_code, period order by day) = 1
            )
            select count(*), count(*) filter (
                revisions.first_value is distinct from first.value
                or revisions.first_status is distinct from first.status
                or revisions.first_published_on is distinct from first.day
            )
            from revisions left join first using (region_code, indicator_code, period)
        """
        ((rows, wrong),) = connection.execute(query).fetchall()
    assert (rows > 0, wrong) == (True, 0)


def test_every_file_is_as_it_was_written(year):
    assert verify(year.installation.workspace(year.months[-1].day)).findings == []


def test_a_month_in_which_cbs_said_nothing_withholds_and_revises_nothing(year):
    if max(SILENT) + 1 >= MONTHS:
        pytest.skip("CBS is silent in a later month")
    withheld = year.months[max(SILENT)]
    assert withheld.result.exit_code == ExitCode.RELEASED_WITH_WITHHELD_FEEDS
    back = year.months[max(SILENT) + 1]
    assert revisions(withheld, "feed = 'cbs.youth_care'") == []
    changed = revisions(back, f"feed = 'cbs.youth_care' and last_changed_on >= '{withheld.day}'")
    assert changed == []


def nowcasts(month, where):
    """Nowcasts of a month of which part is reported, a month after it: what was reported, expected and came."""
    query = f"""
        select region_code, period, reported_value, expected_value, lower_80, upper_80, final_value, is_within_80
        from fct_nowcasts where indicator_code = '{LATE}' and months_after = 1 and {where} order by all
    """
    return ask(month.result.folder, query)


@a_year
def test_months_are_nowcast_from_the_day_on_which_six_of_them_are_final(year):
    for number, month in enumerate(year.months):
        found = nowcasts(month, "is_latest")
        assert found
        assert {expected is not None for _, _, _, expected, *_ in found} == {number >= FIRST_NOWCAST}
        ((_, period, reported, expected, lower, upper, final, _),) = nowcasts(
            month, "is_latest and region_code = 'GM9999'"
        )
        (current,) = ask(
            month.result.folder,
            f"select max(period) from fct_indicator_values where indicator_code = '{LATE}' and is_current",
        )
        assert final is None
        # The board and the forecasts end before it.
        assert period > current[0]
        if expected is not None:
            assert reported < lower <= expected <= upper


@a_year
def test_later_deliveries_score_the_nowcasts_that_were_published(year):
    *_, last = year.months
    published = {row[:2]: row[2:6] for month in year.months for row in nowcasts(month, "is_latest")}
    scored = nowcasts(last, "expected_value is not null and final_value is not null")
    assert len({period for _, period, *_ in scored}) == MONTHS - FIRST_NOWCAST - 2
    for region, period, *made, final, _ in scored:
        # Nothing that came later has entered it.
        assert published[region, period] == tuple(made)
        figure = f"indicator_code = '{LATE}' and region_code = '{region}' and period = '{period}'"
        assert ask(last.result.folder, f"select value from fct_indicator_values where {figure}") == [(final,)]
    error, missing = (sum(abs(row[place] - row[6]) for row in scored) for place in (3, 2))
    assert error < 0.5 * missing
    assert sum(row[7] for row in scored) >= 0.75 * len(scored)


@a_year
def test_readers_are_shown_that_the_newest_month_is_not_complete(year):
    *_, last = year.months
    text = explain_forecast(year.installation.releases, last.day, LATE, None)
    assert "is nog niet compleet" in text
    assert "waarschijnlijk worden het er" in text
