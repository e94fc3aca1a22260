"""A mart that is made from several feeds expires group by group: what expires takes nothing fresh along."""

import json
import shutil
from contextlib import closing
from datetime import date, timedelta
from random import Random

import duckdb
import pytest
from main_line.first_run import SAMPLE_DAY
from main_line.installation import CBS, Installation, ask, read_as_on

from dagster_project.audit.frames import mart_frame
from dagster_project.audit.outcome import AuditOutcome
from dagster_project.marts.catalogue import feeds_of_indicators, read_marts
from dagster_project.marts.dictionary import read_rows
from dagster_project.marts.expiry import shown
from dagster_project.release.reader import open_release
from dagster_project.warehouse.dbt import MANIFEST

DAY = SAMPLE_DAY


@pytest.fixture(scope="module")
def release(sample_home):
    return (sample_home / "releases" / "latest").resolve()


@pytest.fixture(scope="module")
def limits(release):
    return dict(ask(release, "select feed, fresh_until from freshness where not is_withheld"))


def by_region_and_period():
    """The marts with a row per region and period, and the indicators in each."""
    dictionary = feeds_of_indicators(read_rows(json.loads(MANIFEST.read_bytes())))
    found = {}
    for mart in read_marts(MANIFEST):
        names = [column.name for column in mart.columns]
        if {"region_code", "period"} <= set(names) and mart.name.startswith("mart_") and "indicator_code" not in names:
            # The share of vacant dwellings in the register's months is of another period.
            reference = {"vacant_dwelling_pct"} if mart.name == "mart_vacancy" else set()
            found[mart.name] = [name for name in names if name in dictionary and name not in reference]
    return found


def otherwise_than_one_by_one(connection, mart, indicators, everything):
    """Figures of a mart that differ from those of fct_indicator_values, and the number that both show."""
    columns = ", ".join(f"{name}::double as {name}" for name in indicators)
    return connection.execute(f"""
        with side_by_side as (
            unpivot (select region_code, period, {columns} from {mart})
            on {", ".join(indicators)} into name indicator_code value value
        ),
        one_by_one as (
            select region_code, period, indicator_code, value
            from fct_indicator_values
            where value is not null and indicator_code in {tuple(indicators)}
                and (region_code, period) in (select (region_code, period) from {everything}.{mart})
        )
        select count(*) filter (where side_by_side.value is distinct from one_by_one.value), count(one_by_one.value)
        from side_by_side full join one_by_one using (region_code, period, indicator_code)
    """).fetchone()


def test_the_feeds_expire_on_different_days(limits):
    assert limits[CBS] == date(2026, 12, 25)
    assert limits["vacancy.premises"] < limits["social_domain.allocations"] < limits[CBS]


def test_on_the_day_it_was_made_a_release_shows_all_that_it_holds(release):
    for mart in read_marts(MANIFEST):
        names = ", ".join(column.name for column in mart.columns)
        missing = f"(select count(*) from (select {names} from snapshot.{mart.name} except all from {mart.name}))"
        more = f"(select count(*) from {mart.name}) - (select count(*) from snapshot.{mart.name})"
        assert ask(release, f"select {missing}, {more}") == [(0, 0)], mart.name


def test_columns_of_an_expired_feed_are_empty_and_those_of_a_fresh_one_stay(release, limits):
    counts = """
        select count(*), count(wmo_clients_count), count(youth_care_clients_in_month_count),
            count(youth_care_clients_in_month_per_1000)
        from mart_social_domain
    """
    rows, by_cbs, by_register, by_both = ask(release, counts)[0]
    assert min(rows, by_cbs, by_register, by_both) > 0
    after = limits["social_domain.allocations"] + timedelta(days=1)
    assert after <= limits[CBS]
    left, *figures = ask(release, counts, on=after)[0]
    assert figures == [by_cbs, 0, 0]
    assert 0 < left < rows


def test_a_row_is_gone_when_all_of_its_groups_are(release, limits):
    after = max(limits.values()) + timedelta(days=1)
    with_clocks = [mart.name for mart in read_marts(MANIFEST) if mart.clocks]
    rows = " union all ".join(f"select '{mart}' from {mart}" for mart in with_clocks)
    assert ask(release, f"select distinct * from ({rows})", on=after) == []


def test_the_budget_stays_when_what_was_booked_expires(release, limits):
    """The ledger was exported on the first; what is booked runs to the day before, and so expires sooner."""
    counts = """
        select report, count(*), count(expense_eur), count(budget_expense_eur), count(variance_eur)
        from mart_finance where source = 'ledger' and report in ('month_10', 'budget') group by all order by 1
    """
    assert all(min(row[1:]) > 0 for row in ask(release, counts))
    after = limits["ledger.actuals"] + timedelta(days=1)
    assert after <= limits["ledger.budget"]
    budget, month = ask(release, counts, on=after)
    assert min(budget[1:]) > 0
    assert (month[2], month[4]) == (0, 0)
    assert month[3] == month[1] > 0


def test_a_profile_without_fresh_classes_keeps_its_figure(sample_home, tmp_path):
    """Own registers outlive the key figures that tell the classes of neighbourhoods."""
    copy = aged(sample_home, tmp_path, {CBS: DAY, "social_domain.allocations": DAY + timedelta(days=9)})
    with reading(copy, DAY + timedelta(days=1)) as connection:
        found = connection.execute("""
            select count(value), count(municipality_value), count(urbanity_class), count(class_peers_value)
            from mart_neighbourhood_profile where feed = 'social_domain.allocations' and denominator_feed is null
        """).fetchone()
        of_cbs = connection.execute("select count(*) from mart_neighbourhood_profile where feed = ?", [CBS]).fetchone()
    assert min(found[:2]) > 0
    assert found[2:] == (0, 0)
    assert of_cbs == (0,)


def test_marts_show_of_an_indicator_what_its_own_rows_show(release, limits):
    """A figure in a column and the same figure in a row of its own appear and disappear on the same day."""
    for day in sorted({DAY, *(limit + timedelta(days=1) for limit in limits.values())}):
        with closing(open_release(release.parent, release.name).connection) as connection:
            read_as_on(connection, day)
            shown_at_all = 0
            for mart, indicators in by_region_and_period().items():
                differs, same = otherwise_than_one_by_one(connection, mart, indicators, "snapshot")
                assert differs == 0, (day, mart)
                shown_at_all += same
            assert (shown_at_all > 0) == (day <= max(limits.values()))


def aged(home, folder, limits):
    """A copy of the warehouse in which feeds may be shown until other days."""
    copy = folder / "warehouse.duckdb"
    shutil.copy(home / "warehouse.duckdb", copy)
    with duckdb.connect(str(copy)) as warehouse:
        for feed, limit in limits.items():
            warehouse.execute("update raw_maandvers.freshness set fresh_until = ? where feed = ?", [limit, feed])
    return copy


def reading(warehouse, day):
    """The marts of a warehouse as a release made from it would show them on a day."""
    connection = duckdb.connect(str(warehouse))
    connection.execute("create schema snapshot")
    for mart in read_marts(MANIFEST):
        connection.execute(f"create view snapshot.{mart.name} as select * from {mart.schema}.{mart.name}")
        connection.execute(f"create view {mart.name} as {shown(mart, f'snapshot.{mart.name}', 'current_date')}")
    read_as_on(connection, day)
    return connection


@pytest.mark.parametrize("seed", range(3))
def test_whatever_expires_first_no_more_and_no_less_is_shown(sample_home, limits, tmp_path, seed):
    random = Random(seed)
    chosen = {feed: DAY + timedelta(days=random.randrange(-5, 6)) for feed in limits}
    with reading(aged(sample_home, tmp_path, chosen), DAY) as connection:
        for mart, indicators in by_region_and_period().items():
            assert otherwise_than_one_by_one(connection, mart, indicators, "snapshot")[0] == 0, (mart, chosen)


def test_the_check_of_marts_counts_figures_past_the_limit_of_their_group(sample_home, tmp_path):
    workspace = Installation(sample_home).workspace(DAY)
    outcome = AuditOutcome.read(workspace.audit)

    def stale(at):
        rows = mart_frame(at, read_marts(MANIFEST), outcome).rows
        return {row["mart"]: row["stale_row_count"] for row in rows if row["stale_row_count"]}

    assert stale(workspace) == {}
    aged(sample_home, tmp_path, {"vacancy.premises": DAY - timedelta(days=1)})
    found = stale(Installation(tmp_path).workspace(DAY))
    assert set(found) >= {"fct_indicator_values", "mart_vacancy"}
    assert "mart_sport_and_health" not in found
