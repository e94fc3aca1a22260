"""Freshness has one gate, the audit; dbt agrees with it, and the policy of Dagster never contradicts it."""

import json
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from landing.receiving import judge_by_rules

from dagster_project.audit.clocks import Clocks
from dagster_project.audit.frames import freshness_frame
from dagster_project.audit.outcome import FeedVerdict
from dagster_project.contracts.calendar import fresh_until
from dagster_project.contracts.load import load_feeds
from dagster_project.defs.feed_assets import feed_assets, freshness_policy
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.installation.workspace import LOCAL_TIME
from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.dbt import DbtError, current_manifest, run_dbt
from dagster_project.warehouse.raw_layer import open_warehouse, write_freshness

FEEDS = load_feeds(DBT_PROJECT / "models")
TABLES = {f"raw_{feed.supplier}.{table.name}": feed for feed in FEEDS for table in feed.tables}
LIMIT = FEEDS[0].delivery.maximum_age
# Two years with a leap day, all month ends and four changes of the clock.
CLOCK_DATES = [date(2027, 1, 1) + timedelta(days=n) for n in range(731)]
AGES = range(26, 35)
MORNING = time(6)
FIRST_AND_LAST_MINUTE = (time(0, 1), time(23, 59))
# Clocks change on the one; on the other a leap day has just been.
READING_DAYS = [date(2027, 3, 28), date(2028, 3, 1)]


def local(day, hour=MORNING):
    return datetime.combine(day, hour, LOCAL_TIME)


def clocks_of(feed, checked):
    return Clocks(
        feed=feed.id,
        supplier=feed.delivery.supplier_label,
        checked_at=local(checked),
        released_at=None,
        period_end=checked if "period" in feed.delivery.clocks else None,
        fresh_until=fresh_until(checked, feed.delivery.maximum_age),
        expected=None,
        asked_at=local(checked),
        problems=[],
        deliveries={"all": "0123"},
    )


def gate(feed, checked, on):
    """The verdict of the suite on one feed, whose every clock shows the same day."""
    judgements = judge_by_rules([freshness_frame([feed], [clocks_of(feed, checked)], on)])
    assert [judgement.suite for judgement in judgements] == ["freshness"] * len(feed.delivery.clocks)
    return all(judgement.passed for judgement in judgements)


class Dbt:
    """dbt on a warehouse with only the clocks, at a moment chosen by a test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.warehouse = DatabaseFile(folder / "warehouse.duckdb")

    def call(self, *arguments):
        """Run dbt; returns its log. A source that is stale is no reason to stop here."""
        target = self.folder / "dbt"
        with suppress(DbtError):
            run_dbt(
                ("--quiet", *arguments), warehouse=self.warehouse, municipality="GM9999", secret="test", target=target
            )
        return (target / "dbt.log").read_text("utf-8")

    def verdicts(self, checked, on):
        """dbt's own words on every raw table, while each feed was last checked on its own day."""
        verdicts = [FeedVerdict(clocks=clocks_of(feed, day), is_withheld=False, reason=None) for feed, day in checked]
        with open_warehouse(self.warehouse) as connection:
            write_freshness(connection, FEEDS, verdicts)
            connection.execute(f"CREATE OR REPLACE MACRO main.now() AS timestamptz '{local(on).isoformat()}'")
        log = self.call("source", "freshness")
        results = json.loads((self.folder / "dbt" / "sources.json").read_text())["results"]
        assert len(results) == len(TABLES), log
        return {".".join(result["unique_id"].split(".")[2:]): result["status"] for result in results}

    def expression(self):
        """Compile the moment from which dbt counts a day, as SQL on a column ``fresh_until``."""
        log = self.call("compile", "--inline", "select {{ a_day_before_the_end_of('fresh_until') }} as loaded_at")
        return log[log.index("select") :].strip()


@pytest.fixture(scope="module")
def dbt(tmp_path_factory):
    return Dbt(tmp_path_factory.mktemp("dbt"))


@pytest.mark.parametrize("on", READING_DAYS, ids=str)
def test_dbt_finds_stale_exactly_what_the_audit_finds_stale(dbt, on):
    """Every feed was last checked on another day, near to its limit on either side."""
    checked = [(feed, on - timedelta(days=AGES[n % len(AGES)])) for n, feed in enumerate(FEEDS)]
    days = {feed.id: day for feed, day in checked}
    expected = {name: "pass" if gate(feed, days[feed.id], on) else "error" for name, feed in TABLES.items()}
    assert set(expected.values()) == {"pass", "error"}
    assert dbt.verdicts(checked, on) == expected


def differences(expression):
    """Clock dates and moments of two years on which dbt's age of a day differs from the rule of the calendar."""
    moments = [
        (fresh_until(day, LIMIT), local(day + timedelta(days=age), hour))
        for day in CLOCK_DATES
        for age in AGES
        for hour in FIRST_AND_LAST_MINUTE
    ]
    with duckdb.connect() as connection:
        # In one statement: row by row takes seconds.
        columns = "unnest($1::date[]) AS fresh_until, unnest($2::timestamptz[]) AS moment"
        connection.execute(
            f"CREATE TABLE clocks AS SELECT {columns}", [list(column) for column in zip(*moments, strict=True)]
        )
        query = f"SELECT fresh_until, moment, moment - loaded_at <= INTERVAL 24 HOUR FROM ({expression} FROM clocks)"
        answer = connection.execute(query.replace("as loaded_at", "as loaded_at, *")).fetchall()
    return [row for row in answer if row[2] != (row[1].astimezone(LOCAL_TIME).date() <= row[0])]


def test_dbt_and_the_calendar_agree_to_the_minute_for_two_years(dbt):
    expression = dbt.expression()
    assert differences(expression) == []
    # A limit that is a day longer, or that forgets the local time, is noticed.
    assert differences(expression.replace("+ 1", "+ 2"))
    assert differences(expression.replace("Europe/Amsterdam", "UTC"))


def contradictions(policy):
    """Clock dates and moments at which Dagster passes withheld figures, or fails shown ones."""
    warn, fail = policy.warn_window.to_timedelta(), policy.fail_window.to_timedelta()
    found = []
    for day in CLOCK_DATES:
        last_day = fresh_until(day, LIMIT)
        for asked_at in FIRST_AND_LAST_MINUTE:
            for age in AGES:
                for read_at in FIRST_AND_LAST_MINUTE:
                    on = day + timedelta(days=age)
                    # Dagster counts seconds, through every change of the clock.
                    passed = local(on, read_at).timestamp() - local(day, asked_at).timestamp()
                    is_fresh = on <= last_day
                    if (passed < warn.total_seconds() and not is_fresh) or (
                        passed >= fail.total_seconds() and is_fresh
                    ):
                        found.append((day, on))
    return found


def test_dagster_passes_nothing_that_is_stale_and_fails_nothing_that_is_fresh():
    assert contradictions(freshness_policy(LIMIT)) == []


@pytest.mark.parametrize(("warn", "fail"), [(28, 31), (30, 33), (27, 30)])
def test_a_policy_of_other_days_would_contradict_the_audit(warn, fail):
    other = dg.FreshnessPolicy.time_window(warn_window=timedelta(days=warn), fail_window=timedelta(days=fail))
    assert contradictions(other)


def test_every_raw_table_has_the_policy_of_its_contract():
    assets = feed_assets(FEEDS, retry_delay=1)
    specs = {".".join(spec.key.path): spec for one in assets for spec in one.specs}
    assert specs.keys() == TABLES.keys()
    for name, feed in TABLES.items():
        assert specs[name].freshness_policy == freshness_policy(feed.delivery.maximum_age)


def test_every_raw_table_has_the_limit_of_the_audit_in_dbt():
    sources = json.loads(current_manifest().read_bytes())["sources"].values()
    limited = {
        f"{source['source_name']}.{source['name']}": source["loaded_at_query"]
        for source in sources
        if source["freshness"] and source["freshness"]["error_after"] == {"count": 1, "period": "day"}
    }
    assert limited == dict.fromkeys(TABLES, "{{ loaded_at(this) }}")
