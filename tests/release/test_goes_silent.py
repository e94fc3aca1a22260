"""A release that is not renewed shows no figure past its limit, to any reader, and says why."""

from datetime import date, timedelta

import duckdb
import pytest
from main_line.installation import ask, marts, read_as_on

from dagster_project.audit.clocks import Clocks
from dagster_project.audit.outcome import FeedVerdict
from dagster_project.release.build import METADATA_VIEWS
from dagster_project.release.read_back import SNAPSHOT

LAST_DAY = date(2026, 2, 28)


@pytest.fixture(scope="module")
def release(first_run):
    return first_run.latest


def with_a_clock(release):
    columns = "select table_name from duckdb_columns() where schema_name = 'main' and column_name = 'fresh_until'"
    return sorted({name for (name,) in ask(release, columns)} & set(marts(release)))


def test_on_its_last_day_everything_still_shows(release):
    assert "mart_reports" in with_a_clock(release)
    counts = "select {}".format(", ".join(f"(select count(*) from {{0}}{mart})" for mart in marts(release)))
    assert ask(release, counts.format(""), on=LAST_DAY) == ask(release, counts.format("snapshot."))


@pytest.mark.parametrize("days", [1, 31, 4000])
def test_after_its_limit_no_figure_shows_and_definitions_do(release, days):
    later = LAST_DAY + timedelta(days=days)
    rows = " union all ".join(f"select '{mart}' from {mart}" for mart in with_a_clock(release))
    assert ask(release, f"select distinct * from ({rows})", on=later) == []
    assert ask(release, "select count(*) > 0 from dim_indicator", on=later) == [(True,)]


def test_a_reader_who_attaches_the_file_under_another_name_sees_no_more(release):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / 'maandvers.duckdb'}' as other (read_only)")
        read_as_on(connection, LAST_DAY + timedelta(days=1))
        assert connection.execute("select count(*) from other.mart_reports").fetchall() == [(0,)]


def test_todays_date_needs_no_help(release):
    """The release is of a day long past, and this reader's clock is the machine's own."""
    with duckdb.connect(str(release / "maandvers.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from mart_reports").fetchall() == [(0,)]


def test_freshness_says_since_when_and_why(release):
    query = "select is_withheld, withheld_since, withheld_reason from freshness where feed = 'cbs.key_figures'"
    assert ask(release, query, on=LAST_DAY) == [(False, None, None)]
    ((is_withheld, since, reason),) = ask(release, query, on=LAST_DAY + timedelta(days=3))
    assert is_withheld
    assert since == LAST_DAY + timedelta(days=1)
    assert "there is no newer release" in reason


def test_a_release_says_until_when_it_is_complete_and_when_it_expires(release):
    assert ask(release, "select complete_until, expires_after from release") == [(LAST_DAY, LAST_DAY)]


MADE_ON = date(2026, 3, 10)


@pytest.mark.parametrize(
    "fresh_until", [None, date(2026, 3, 1), MADE_ON - timedelta(days=1), MADE_ON, date(2026, 4, 9)]
)
def test_the_book_and_the_report_name_the_same_day_since_when_a_feed_is_withheld(fresh_until):
    """Whatever it is withheld for: not received, past its limit, or a clock that could not be judged."""
    clocks = Clocks.model_construct(fresh_until=fresh_until)
    reported = FeedVerdict.model_construct(clocks=clocks, is_withheld=True).withheld_since(MADE_ON)
    select, _ = METADATA_VIEWS["freshness"]
    with duckdb.connect() as connection:
        connection.execute(f"create schema {SNAPSHOT}")
        connection.execute(f"create table {SNAPSHOT}.release as select ?::date as as_of", [MADE_ON])
        connection.execute(
            f"""create table {SNAPSHOT}.freshness as select 'a' as feed, 'A' as supplier, null as checked_at,
            null as released_at, null as period_end_date, ?::date as fresh_until, true as is_withheld,
            'why' as withheld_reason, 'waarom' as withheld_reason_nl, false as is_last_good""",
            [fresh_until],
        )
        assert connection.execute(f"select withheld_since from ({select})").fetchall() == [(reported,)]
    assert reported <= MADE_ON
