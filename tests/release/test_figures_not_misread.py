"""Figures that cannot be misread: running periods, budget years to come, texts that look like numbers, and feeds."""

import json
import re

import duckdb
import pandas
import pytest

from dagster_project.marts.catalogue import read_marts
from dagster_project.warehouse.dbt import MANIFEST

RELATIVE = re.compile(r"_(pct|mean|median|p90)$|_per_")
# Columns of another period than their row's, which the mart shows in every row.
OF_ANOTHER_PERIOD = {"vacant_dwelling_pct"}
MARTS = {mart.name: mart for mart in read_marts(MANIFEST)}
WITH_PERIODS = [
    mart.name
    for mart in MARTS.values()
    if any(column.name == "period" for column in mart.columns) and not mart.name.startswith("dim_")
]


@pytest.fixture(scope="module")
def latest(sample_home):
    return sample_home / "releases" / "latest"


@pytest.fixture(scope="module")
def marts(latest):
    """Every row of the release, whatever the date on which the tests run."""
    with duckdb.connect(str(latest / "maandvers.duckdb"), read_only=True) as connection:
        connection.execute("SET schema = 'snapshot'")
        yield connection


def shown_too_early(connection, mart, columns):
    """Count the relative figures of rows whose period is not complete."""
    relative = [name for name in columns if RELATIVE.search(name) and name not in OF_ANOTHER_PERIOD]
    counts = ", ".join(f"count({name})" for name in relative) or "count(NULL)"
    return sum(connection.execute(f"SELECT {counts} FROM {mart} WHERE NOT is_complete_period").fetchall()[0])


@pytest.mark.parametrize("mart", WITH_PERIODS)
def test_a_mart_with_periods_says_which_run_and_has_no_ratio_of_them(mart, marts):
    columns = {column.name for column in MARTS[mart].columns}
    assert "is_complete_period" in columns
    assert marts.execute(f"SELECT count(*) FROM {mart} WHERE is_complete_period IS NULL").fetchall() == [(0,)]
    assert shown_too_early(marts, mart, columns) == 0


def test_a_ratio_of_a_running_month_would_be_seen(marts):
    marts.execute("CREATE TEMP TABLE early AS SELECT false AS is_complete_period, 53.7 AS vve_reach_pct")
    assert shown_too_early(marts, "temp.early", ["is_complete_period", "vve_reach_pct"]) == 1


def test_running_months_have_counts_and_are_not_of_the_kpis(marts):
    ((months, counts),) = marts.execute(
        "SELECT count(DISTINCT period), count(toddlers_count) FROM mart_early_childhood_education"
        " WHERE NOT is_complete_period"
    ).fetchall()
    assert months == 1
    assert counts > 20
    reasons = (
        "SELECT DISTINCT missing_reason FROM fct_indicator_values"
        " WHERE indicator_code = 'vve_reach_pct' AND NOT is_complete_period"
    )
    assert ("running",) in marts.execute(reasons).fetchall()
    assert marts.execute("SELECT DISTINCT is_complete_period FROM mart_kpi").fetchall() == [(True,)]
    assert marts.execute(
        "SELECT count(*) FROM fct_indicator_values WHERE is_current AND NOT is_complete_period"
    ).fetchall() == [(0,)]


def test_accounts_of_years_that_are_not_over_are_incomplete(marts, latest):
    year = int(json.loads((latest / "release.json").read_bytes())["as_of"][:4])
    query = "SELECT DISTINCT report, is_complete FROM mart_finance WHERE source = 'iv3' AND fiscal_year = {}"
    assert set(marts.execute(query.format(year + 1)).fetchall()) == {
        ("budget", True),
        *((f"quarter_{quarter}", False) for quarter in range(1, 5)),
        ("accounts", False),
    }
    assert ("accounts", False) in marts.execute(query.format(year)).fetchall()
    assert ("accounts", True) in marts.execute(query.format(year - 1)).fetchall()


@pytest.mark.parametrize("mart", MARTS)
def test_no_two_texts_are_one_number_where_no_key_stands_by(mart, marts):
    texts = [column.name for column in MARTS[mart].columns if column.data_type == "varchar"]
    for name in texts:
        as_number = f"coalesce(try_cast({name} AS double)::varchar, {name})"
        query = f"SELECT count(DISTINCT {name}), count(DISTINCT {as_number}) FROM {mart}"
        ((distinct, numbers),) = marts.execute(query).fetchall()
        assert distinct == numbers or name.replace("_code", "_key") in texts, name


def test_pandas_keeps_task_fields_apart_by_their_key(latest):
    read = pandas.read_csv(latest / "csv" / "mart_finance.csv")
    assert {"T0.1", "T0.10"} <= set(read["task_field_key"])
    # The official code is a number to pandas, which is why there is a key.
    assert read["task_field_code"].nunique() < read["task_field_key"].nunique()


def test_the_data_package_and_the_freshness_report_name_only_feeds_in_a_mart(marts, latest):
    package = json.loads((latest / "datapackage.json").read_bytes())
    report = json.loads((latest / "freshness.json").read_bytes())
    named = {one["name"]: {source["path"] for source in one["sources"]} for one in package["resources"]}
    for mart in MARTS.values():
        if mart.feed_columns:
            in_rows = {
                feed
                for column in mart.feed_columns
                for (feed,) in marts.execute(f"SELECT DISTINCT {column} FROM {mart.name}").fetchall()
                if feed
            }
            clocked = {feed for clock in mart.clocks for feed in clock.feeds}
            assert in_rows <= named[mart.name] <= in_rows | clocked, mart.name
    feeds = {one["feed"]: one["fresh_until"] for one in report["feeds"]}
    assert set(feeds) == set().union(*named.values())
    # StatLine's file on proximity is kept and shown in no mart.
    assert "statline.proximity" not in feeds
    assert (package["completeUntil"], package["expiresAfter"]) == (min(feeds.values()), max(feeds.values()))
    listed = dict(marts.execute("SELECT feed, fresh_until::varchar FROM main.freshness").fetchall())
    assert listed == feeds
    limits = marts.execute("SELECT complete_until::varchar, expires_after::varchar FROM main.release").fetchall()
    assert limits == [(package["completeUntil"], package["expiresAfter"])]
    with duckdb.connect(str(latest.parents[1] / "warehouse.duckdb"), read_only=True) as warehouse:
        kept = warehouse.execute("SELECT feed FROM raw_maandvers.freshness").fetchall()
    assert {feed for (feed,) in kept} - set(listed) == {"statline.proximity"}


def test_the_benchmark_of_absence_has_the_form_of_the_own_figure(marts):
    columns = "sickness_absence_quarter_pct, public_administration_sickness_absence_pct"
    whole = "FROM mart_staff_absence WHERE row_type = 'organisation'"
    quarters = marts.execute(
        f"SELECT period_start_date, {columns}, sickness_absence_pct {whole} ORDER BY 1 DESC LIMIT 24"
    ).fetchall()
    by_quarter = {}
    for start, quarter, _, month in quarters:
        by_quarter.setdefault((start.year, (start.month - 1) // 3), []).append((quarter, month))
    for months in by_quarter.values():
        if len(months) == 3:
            (quarter,) = {quarter for quarter, _ in months}
            assert min(month for _, month in months) < quarter < max(month for _, month in months)
    ends = "public_administration_sickness_absence_12_months_pct IS NOT NULL"
    assert marts.execute(f"SELECT DISTINCT month(period_end_date) % 3 {whole} AND {ends}").fetchall() == [(0,)]
