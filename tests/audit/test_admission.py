"""A delivery becomes current when every check passed; else the last good one stays and no clock moves."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pytest
from extract.zips import members, write_zip
from landing.receiving import judge_by_rules, key_figures, one_edition, reports
from suppliers import faults

from dagster_project.audit.frames import delivery_frames
from dagster_project.audit.gate import judge_deliveries
from dagster_project.extract.extractors import extractor_for
from dagster_project.landing.store import MANIFEST
from dagster_project.storage.checksums import write_checksums


@pytest.fixture
def desk(suppliers, tmp_path):
    return one_edition(key_figures(tmp_path / "landing", suppliers.cbs_url))


def described_as(**values):
    return faults._on_records(lambda records: [{**records[0], **values}])


def serve(suppliers, change, day="2026-11-23"):
    """Another answer, called new by the supplier, its own count included."""
    counted = {}

    def records(rows):
        changed = change(rows)
        counted["rows"] = len(changed)
        return changed

    suppliers.faults.set("TableInfos", described_as(Modified=f"{day}T02:00:00"))
    suppliers.faults.set("TypedDataSet|/WijkenEnBuurten", faults._on_records(records))


def without(prefix, share):
    """Every so manyth neighbourhood left out, from the table and from the code list alike."""

    def change(rows):
        field = "WijkenEnBuurten" if "WijkenEnBuurten" in rows[0] else "Key"
        return [row for row in rows if not (row[field].startswith(prefix) and int(row[field][-5:].strip()) % share)]

    return change


def emptied(name):
    def change(rows):
        return [{key: None if key.startswith(name) else value for key, value in row.items()} for row in rows]

    return change


def failures(judgements):
    return {(judgement.suite, judgement.row.get("column")) for judgement in judgements if not judgement.passed}


def test_the_first_delivery_has_nothing_to_compare_with_and_is_admitted(desk):
    state = desk.receive_and_admit()
    assert state.current["2025"].previous_id is None
    assert state.checked_at == desk.now


def test_half_the_rows_are_quarantined_and_the_last_good_delivery_stays(suppliers, desk):
    good = desk.receive_and_admit()
    serve(suppliers, without("BU", 2))
    assert desk.a_day_later().receive().received == ["2025"]
    bad = desk.state.candidates["2025"].delivery_id
    assert ("volume", None) in failures(desk.admit())
    state = desk.state
    assert state.current == good.current
    assert state.candidates == {}
    assert state.checked_at == good.checked_at
    assert "did not pass the audit" in state.problems[0]
    assert "kept: the delivery of 2026-11-23" in state.problems[0]
    assert "do: look at the Data Docs" in state.problems[0]
    assert (desk.store.quarantine / bad / "reason.txt").read_text() == state.problems[0]
    assert not (desk.store.deliveries / bad).exists()


def test_a_delivery_just_after_midnight_has_the_new_date_in_every_message(suppliers, desk):
    desk.now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    desk.receive_and_admit()
    serve(suppliers, without("BU", 2))
    desk.a_day_later().receive()
    desk.admit()
    assert "kept: the delivery of 2026-11-24" in desk.state.problems[0]
    suppliers.faults.set("TableInfos", faults.unavailable())
    assert "kept: the delivery of 2026-11-24" in desk.problem()


def test_a_bad_delivery_that_comes_every_day_is_quarantined_once(suppliers, desk):
    desk.receive_and_admit()
    serve(suppliers, without("BU", 2))
    for _ in range(2):
        desk.a_day_later().receive()
        desk.admit()
    assert len(list(desk.store.quarantine.iterdir())) == 1


def test_when_the_supplier_mends_it_the_clock_moves_again(suppliers, desk):
    good = desk.receive_and_admit()
    serve(suppliers, without("BU", 2))
    desk.a_day_later().receive()
    desk.admit()
    suppliers.faults.clear()
    desk.a_day_later().receive_and_admit()
    assert desk.state.current["2025"].delivery_id == good.current["2025"].delivery_id
    assert desk.state.checked_at == desk.now
    assert desk.state.problems == []


def test_a_column_that_was_full_and_is_now_half_empty_is_quarantined(suppliers, desk):
    good = desk.receive_and_admit()
    serve(suppliers, emptied("Bevolkingsdichtheid"))
    desk.a_day_later().receive()
    assert failures(desk.admit()) == {("fill_rate", "population_density_per_km2")}
    assert desk.state.current == good.current


def test_a_column_that_must_be_full_is_missed_in_a_first_delivery(suppliers, desk):
    serve(suppliers, emptied("AantalInwoners"))
    desk.receive()
    assert ("fill_rate", "population_count") in failures(desk.admit())
    assert "kept: nothing; there is no earlier delivery" in desk.state.problems[0]
    assert desk.state.current == {}


def test_one_quarantined_edition_leaves_the_others_admitted_for_a_month(suppliers, tmp_path):
    desk = key_figures(tmp_path, suppliers.cbs_url)
    with extractor_for(desk.store.feed, desk.settings) as extractor:
        ids = {edition.key: edition.source_id for edition in extractor.editions({})}
    suppliers.faults.set(f"{ids['2024']}/TypedDataSet", faults._on_records(emptied("AantalInwoners")))
    desk.receive()
    desk.admit()
    assert sorted(ids) == ["2023", "2024", "2025"]
    assert sorted(desk.state.current) == ["2023", "2025"]
    assert desk.state.missing == {"2024": desk.now}
    first = desk.now
    desk.a_day_later().receive()
    desk.admit()
    assert desk.state.checked_at == first
    assert "did not pass the audit" in desk.state.problems[0]


def test_a_supplier_that_goes_back_to_an_older_delivery_breaks_no_later_audit(tmp_path):
    """The current delivery is compared with its predecessor, which is not moved."""
    (signal, _) = members()["signals.csv"]
    desk = reports(tmp_path / "landing", tmp_path / "exports")

    def export(count):
        rows = [{**signal, "id": str(number)} for number in range(count)]
        write_zip(tmp_path / "exports" / f"{desk.now:%Y%m%d}_021504UTC.zip", signals=rows)

    export(5)
    first = desk.receive_and_admit().current["all"]
    desk.a_day_later()
    export(9)
    second = desk.receive_and_admit().current["all"]
    assert second.previous_id == first.delivery_id
    desk.a_day_later()
    export(5)
    desk.receive()
    assert failures(desk.admit()) == {("volume", None)}
    assert desk.state.current["all"] == second
    assert failures(desk.admit()) == set()


def test_a_delivery_that_was_shown_long_ago_is_never_quarantined(tmp_path):
    """Point-in-time rebuilds need it."""
    (signal, _) = members()["signals.csv"]
    desk = reports(tmp_path / "landing", tmp_path / "exports")
    shown = []
    for count in (5, 9, 10):
        rows = [{**signal, "id": str(number)} for number in range(count)]
        write_zip(tmp_path / "exports" / f"{desk.now:%Y%m%d}_021504UTC.zip", signals=rows)
        shown.append(desk.receive_and_admit().current["all"].delivery_id)
        desk.a_day_later()
    write_zip(tmp_path / "exports" / f"{desk.now:%Y%m%d}_021504UTC.zip", signals=rows[:5])
    desk.receive()
    assert failures(desk.admit()) == {("volume", None)}
    assert [folder.name for folder in desk.store.quarantine.glob("*")] == []
    assert sorted(folder.name for folder in desk.store.deliveries.iterdir()) == sorted(shown)


def test_a_candidate_without_judgement_waits_and_moves_no_clock(desk):
    desk.receive()
    waiting = desk.state.candidates
    judge_deliveries([desk.store], False, lambda *_: [], desk.now)
    assert desk.state.candidates == waiting
    assert desk.state.current == {}
    assert desk.state.checked_at is None
    assert "the audit did not run" in desk.state.problems[0]
    desk.a_day_later().receive()
    desk.admit()
    assert desk.state.current["2025"].delivery_id == waiting["2025"].delivery_id
    assert desk.state.checked_at == desk.now


@pytest.mark.parametrize("suite", ["volume", "fill_rate", "reconciliation"])
def test_a_candidate_of_which_one_check_was_not_carried_out_is_not_admitted(desk, suite):
    desk.receive()
    judge_deliveries(
        [desk.store], False, lambda *given: [j for j in judge_by_rules(*given) if j.suite != suite], desk.now
    )
    assert desk.state.current == {}
    assert desk.state.checked_at is None


def test_a_candidate_whose_year_is_no_longer_offered_is_judged_all_the_same(desk):
    desk.receive()
    desk.store.record(desk.state.model_copy(update={"window": []}), desk.now)
    assert [row["edition"] for frame in delivery_frames([desk.store], False) for row in frame.rows][:1] == ["2025"]
    desk.admit()
    assert desk.state.candidates == {}
    assert desk.state.problems == []


def changed(desk, rows):
    """A current delivery with another number of rows in its manifest, compared with the one received."""
    received = desk.receive_and_admit().current["2025"]
    folder = desk.store.deliveries / "changed"
    shutil.copytree(desk.store.deliveries / received.delivery_id, folder)
    manifest = desk.store.manifest("changed")
    table = manifest.tables["key_figures"].model_copy(update={"rows": rows})
    (folder / MANIFEST).write_text(manifest.model_copy(update={"tables": {"key_figures": table}}).model_dump_json())
    write_checksums(folder)
    state = desk.state
    edition = received.model_copy(update={"delivery_id": "changed", "previous_id": received.delivery_id})
    desk.store.record(state.model_copy(update={"current": {"2025": edition}}), desk.now)
    return folder / "key_figures.parquet"


def frame_of(desk, suite):
    return next(frame for frame in delivery_frames([desk.store], False) if frame.suite == suite)


@pytest.mark.parametrize(("rows", "margin"), [(26, 0), (25, -1), (32, 0), (33, -1), (29, 3)])
def test_the_volume_margin_is_negative_just_outside_the_band(desk, rows, margin):
    """The contract says 90 to 110 per cent; the previous delivery had 29 rows, so 26 to 32 are expected."""
    # Of the 42 other municipalities nothing changes, and they hide nothing.
    changed(desk, rows + 42)
    (row,) = frame_of(desk, "volume").rows
    assert (row["previous_row_count"], row["minimum_rows"], row["maximum_rows"]) == (29, 26, 32)
    assert (row["row_count"], row["margin"]) == (rows, margin)


def test_other_municipalities_that_come_along_are_no_reason_to_refuse_a_delivery(desk):
    """An installation whose deliveries were of its own regions alone asks for all municipalities from now on."""
    alone = desk.receive_and_admit().current["2025"]
    manifest = desk.manifest()
    assert manifest.retrieval.is_among_others
    folder = desk.store.deliveries / alone.delivery_id
    parquet = folder / "key_figures.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"create table own as from '{parquet}' where region_code[:2] <> 'GM' or region_code = 'GM9999'"
        )
        connection.execute(f"copy own to '{parquet}' (format parquet)")
    table = manifest.tables["key_figures"].model_copy(update={"rows": 29})
    before = manifest.model_copy(
        update={"retrieval": replace(manifest.retrieval, is_among_others=False), "tables": {"key_figures": table}}
    )
    (folder / MANIFEST).write_text(before.model_dump_json())
    write_checksums(folder)
    edition = alone.model_copy(update={"validators": {}})
    desk.store.record(desk.state.model_copy(update={"current": {"2025": edition}}), desk.now)
    assert desk.receive().received == ["2025"]
    assert desk.state.candidates["2025"].previous_id == alone.delivery_id
    assert failures(desk.admit()) == set()


def test_a_table_without_rows_has_no_margin_of_fill_and_is_not_checked(desk):
    parquet = changed(desk, 0)
    with duckdb.connect() as connection:
        connection.execute(f"create table emptied as from '{parquet}' limit 0")
        connection.execute(f"copy emptied to '{parquet}' (format parquet)")
    write_checksums(parquet.parent)
    frame = frame_of(desk, "fill_rate")
    assert {row["margin"] for row in frame.rows} == {None}
    judgements = judge_by_rules([frame])
    assert not any(judgement.passed for judgement in judgements)
    assert all("could not be checked: the table has no rows" in judgement.message for judgement in judgements)
