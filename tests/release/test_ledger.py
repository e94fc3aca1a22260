"""The publication history: new figures of a release are kept once, never changed, and shown to later builds."""

from datetime import date, timedelta

import duckdb
import pytest
from landing.lived_through import Lived

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.outcome import AuditOutcome, FeedVerdict
from dagster_project.errors import SetupError
from dagster_project.landing.store import FeedStore
from dagster_project.operations.rebuild_as_of import rebuild_as_of
from dagster_project.operations.status import read_status
from dagster_project.operations.verify import verify
from dagster_project.release.provenance import Provenance, write_provenance
from dagster_project.warehouse.build_plan import HISTORY, plan
from dagster_project.warehouse.publication_history import PublicationHistory
from dagster_project.warehouse.raw_layer import (
    open_warehouse,
    write_publication,
    write_published,
)

SET_BUILT = "CREATE OR REPLACE TABLE raw_maandvers.build AS SELECT ?::varchar AS fingerprint"

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def workspace(tmp_path):
    lived = Lived(tmp_path / "home")
    lived.receive(MARCH, 0)
    return lived.workspace(date(2026, 6, 1))


def build(workspace, fingerprint, *values):
    """The result of dbt: the news, and a fingerprint of all it has built."""
    with open_warehouse(workspace.warehouse) as connection:
        connection.execute(SET_BUILT, [fingerprint])
        connection.execute("create schema if not exists intermediate")
        connection.execute("""
            create or replace table intermediate.int_revisions__news (
                region_code varchar, region_vintage integer, indicator_code varchar, period varchar,
                definition varchar, value double, status varchar
            )
        """)
        for value in values:
            row = ["GM9999", 2025, "crimes_count", "2025", "d", value, "provisional"]
            connection.execute("insert into intermediate.int_revisions__news values (?, ?, ?, ?, ?, ?, ?)", row)


def shown(workspace):
    """The publication history as the models read it."""
    with open_warehouse(workspace.warehouse) as connection:
        write_published(connection, PublicationHistory(workspace).files())
        return connection.execute(
            "select value, published_on, release_number from raw_maandvers.published_figures order by all"
        ).fetchall()


def history_input(workspace):
    """The fingerprint of the history among the inputs of the next build."""
    stores = [FeedStore(workspace.landing, feed) for feed in workspace.feeds]
    verdicts = [FeedVerdict(clocks=read_clocks(store), is_withheld=True, reason="of no use here") for store in stores]
    AuditOutcome(as_of=workspace.today, judged_at=workspace.now(), feeds=verdicts, judgements=[]).write(workspace.audit)
    return plan(workspace).inputs[HISTORY]


def test_before_anything_was_published_the_models_are_shown_no_row(workspace):
    build(workspace, "a")
    assert shown(workspace) == []


def test_news_is_kept_with_the_day_and_the_number_of_its_release(workspace):
    build(workspace, "a", 1.0)
    PublicationHistory(workspace).publish("2026-03-01_1", MARCH)
    build(workspace, "b", 2.0, 3.0)
    PublicationHistory(workspace).publish("2026-04-01_12", APRIL)
    assert shown(workspace) == [(1.0, MARCH, 1), (2.0, APRIL, 12), (3.0, APRIL, 12)]


def test_what_was_published_is_not_published_again_by_a_later_release_of_the_same_figures(workspace):
    build(workspace, "a", 1.0)
    ledger = PublicationHistory(workspace)
    assert ledger.day_of("a") is None
    ledger.publish("2026-03-01_1", MARCH)
    ledger.publish("2026-04-01_1", APRIL)
    assert [one.release_id for one in ledger.publications()] == ["2026-03-01_1"]
    assert (ledger.day_of("a"), ledger.day_of("b")) == (MARCH, None)


def test_figures_that_went_back_to_what_they_were_are_published_on_the_day_they_did(workspace):
    ledger = PublicationHistory(workspace)
    for fingerprint, number in (("a", 1), ("b", 2), ("a", 3)):
        build(workspace, fingerprint, float(number))
        ledger.publish(f"2026-03-01_{number}", MARCH)
    assert [one.fingerprint for one in ledger.publications()] == ["a", "b", "a"]


def test_releases_of_a_day_follow_each_other_by_number(workspace):
    ledger = PublicationHistory(workspace)
    for number in (9, 10, 11):
        build(workspace, str(number), float(number))
        ledger.publish(f"2026-03-01_{number}", MARCH)
    assert [one.number for one in ledger.publications()] == [9, 10, 11]


def test_what_a_killed_run_left_half_written_does_not_count(workspace):
    build(workspace, "a", 1.0)
    leftover = workspace.published / ".writing-2026-02-28_1"
    leftover.mkdir(parents=True)
    (leftover / "figures.parquet").write_bytes(b"half")
    ledger = PublicationHistory(workspace)
    assert ledger.publications() == []
    ledger.publish("2026-03-01_1", MARCH)
    assert shown(workspace) == [(1.0, MARCH, 1)]
    assert not leftover.exists()


@pytest.mark.parametrize("file", ["figures.parquet", "publication.json"])
def test_a_ledger_that_was_changed_is_found_and_not_believed(workspace, file):
    build(workspace, "a", 1.0)
    PublicationHistory(workspace).publish("2026-03-01_1", MARCH)
    changed = workspace.published / "2026-03-01_1" / file
    content = bytearray(changed.read_bytes())
    content[len(content) // 2] ^= 1
    changed.write_bytes(content)
    assert [(one.file, one.problem) for one in verify(workspace).findings if "published" in one.file] == [
        (f"published/2026-03-01_1/{file}", "has changed since it was written")
    ]
    with pytest.raises(SetupError, match=f"{file} has changed") as error:
        PublicationHistory(workspace).publications()
    assert "do: put it back from your back-up" in str(error.value)
    assert read_status(workspace).damaged == [str(error.value)]


def test_while_the_ledger_is_damaged_it_is_neither_shown_nor_added_to(workspace):
    build(workspace, "a", 1.0)
    ledger = PublicationHistory(workspace)
    ledger.publish("2026-03-01_1", MARCH)
    before = history_input(workspace)
    figures = workspace.published / "2026-03-01_1" / "figures.parquet"
    written = figures.read_bytes()
    figures.write_bytes(written[:-1])
    build(workspace, "b", 2.0)
    assert (shown(workspace), ledger.day_of("a")) == ([], None)
    # Else marts would stay that were built of it.
    assert history_input(workspace) != before
    ledger.publish("2026-04-01_1", APRIL)
    assert [folder.name for folder in ledger.folders()] == ["2026-03-01_1"]
    figures.write_bytes(written)
    assert shown(workspace) == [(1.0, MARCH, 1)]
    assert history_input(workspace) == before


def test_a_release_seals_the_publications_it_was_compared_with_by_the_names_of_their_folders(workspace, tmp_path):
    """Also one that says of itself that it came out on the day after its name."""
    build(workspace, "a", 1.0)
    PublicationHistory(workspace).publish("2026-03-01_1", MARCH + timedelta(days=1))
    shown(workspace)
    build(workspace, "b", 2.0)
    PublicationHistory(workspace).publish("2026-04-01_1", APRIL)
    with open_warehouse(workspace.warehouse) as connection:
        write_publication(connection, APRIL)
    write_provenance(
        tmp_path, workspace, AuditOutcome(as_of=APRIL, judged_at=workspace.now(), feeds=[], judgements=[]), {}
    )
    provenance = Provenance.of(tmp_path)
    assert provenance.publications == ["2026-03-01_1"]
    assert list(provenance.folders) == ["published/2026-03-01_1"]


def test_a_past_day_has_what_was_published_by_then(workspace):
    ledger = PublicationHistory(workspace)
    for fingerprint, day in (("a", MARCH), ("b", APRIL)):
        build(workspace, fingerprint, 1.0)
        ledger.publish(f"{day}_1", day)
    past = rebuild_as_of(workspace, date(2026, 3, 31))
    assert [one.published_on for one in PublicationHistory(past).publications()] == [MARCH]
    assert duckdb.read_parquet([str(file) for file in PublicationHistory(past).files()]).fetchall()[0][-2:] == (
        MARCH,
        1,
    )
