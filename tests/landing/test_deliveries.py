"""Deliveries are kept once, never changed, and found again after a crash."""

import hashlib
import json

import pytest
from suppliers import faults
from suppliers.fixtures import AS_OF
from suppliers.running import running

from dagster_project.landing.store import MANIFEST
from dagster_project.sample.service import sample_app
from dagster_project.storage.checksums import CHECKSUMS

from .receiving import every_file, key_figures, one_edition


@pytest.fixture
def desk(suppliers, tmp_path):
    return one_edition(key_figures(tmp_path / "landing", suppliers.cbs_url))


def fingerprints(folder):
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_ino, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in folder.rglob("*")
        if path.is_file()
    }


def described_as(**values):
    return faults._on_records(lambda records: [{**records[0], **values}])


def one_figure_more(records):
    if "AantalInwoners_5" not in records[0]:
        return records
    return [{**records[0], "AantalInwoners_5": records[0]["AantalInwoners_5"] + 5}, *records[1:]]


def test_a_delivery_waits_as_candidate_until_it_is_judged(desk):
    desk.receive()
    assert desk.state.current == {}
    assert set(desk.state.candidates) == {"2025"}
    assert desk.state.checked_at is None
    desk.admit()
    assert desk.state.candidates == {}
    assert set(desk.state.current) == {"2025"}
    assert desk.state.checked_at == desk.state.current["2025"].confirmed_at == desk.now


def test_the_same_records_from_another_address_are_the_same_delivery(desk, tmp_path):
    desk.receive_and_admit()
    with running(sample_app(AS_OF)) as elsewhere:
        other = one_edition(key_figures(tmp_path / "elsewhere", elsewhere.cbs_url))
        other.receive_and_admit()
    assert other.state.current["2025"].delivery_id == desk.state.current["2025"].delivery_id
    assert other.manifest().url != desk.manifest().url


def test_a_delivery_that_comes_again_is_not_stored_again_nor_touched(suppliers, desk):
    before = desk.receive_and_admit().current["2025"]
    files = fingerprints(desk.store.deliveries)
    suppliers.faults.set("TableInfos", described_as(Modified="2026-11-23T02:00:00"))
    reception = desk.a_day_later().receive()
    assert reception.received == ["2025"]
    assert fingerprints(desk.store.deliveries) == files
    desk.admit()
    after = desk.state.current["2025"]
    assert (after.delivery_id, after.previous_id) == (before.delivery_id, before.previous_id)
    assert after.validators["Modified"] == "2026-11-23T02:00:00"
    assert desk.state.checked_at == desk.now
    # The supplier's new word is known now, so a third time nothing is fetched.
    suppliers.requests.clear()
    assert desk.a_day_later().receive().confirmed == ["2025"]
    assert fingerprints(desk.store.deliveries) == files
    assert not any("TypedDataSet" in path for _, path in suppliers.requests)


def test_one_figure_that_changed_makes_a_new_delivery_beside_the_old(suppliers, desk):
    before = desk.receive_and_admit().current["2025"]
    files = fingerprints(desk.store.deliveries)
    suppliers.faults.set("TableInfos", described_as(Modified="2026-11-23T02:00:00"))
    suppliers.faults.set("TypedDataSet", faults._on_records(one_figure_more))
    after = desk.a_day_later().receive_and_admit().current["2025"]
    assert after.delivery_id != before.delivery_id
    assert after.previous_id == before.delivery_id
    assert files.items() <= fingerprints(desk.store.deliveries).items()


def test_figures_that_become_definitive_without_a_change_are_a_new_delivery(suppliers, desk):
    before = desk.receive_and_admit().current["2025"]
    assert desk.manifest().facts["figures_status"] == "provisional"
    definitive = described_as(Modified="2026-11-23T02:00:00", ShortDescription="Status van de cijfers: Definitief.")
    suppliers.faults.set("TableInfos", definitive)
    after = desk.a_day_later().receive_and_admit().current["2025"]
    assert (after.delivery_id == before.delivery_id, after.previous_id) == (False, before.delivery_id)
    assert desk.manifest().facts["figures_status"] == "definitive"


def test_another_contract_fetches_an_unchanged_edition_again(desk):
    before = desk.receive_and_admit().current["2025"]
    feed = desk.store.feed
    (table,) = feed.tables
    shorter = table.model_copy(update={"columns": table.columns[:-1]})
    desk.store.feed = feed.model_copy(update={"tables": (shorter,)})
    assert desk.receive().received == ["2025"]
    assert desk.state.candidates["2025"].delivery_id != before.delivery_id


def test_the_half_delivery_of_a_killed_run_is_removed(desk):
    left = desk.store.incoming / "2025-dead" / "payload"
    left.mkdir(parents=True)
    (left / "TypedDataSet-0001.json.gz").write_bytes(b"half")
    log = desk.store.event_log.file
    log.write_bytes(b'{"previous": "00')
    desk.receive_and_admit()
    assert list(desk.store.incoming.iterdir()) == []
    assert set(desk.state.current) == {"2025"}


def test_a_candidate_that_waited_through_a_crash_is_not_fetched_again(suppliers, desk):
    desk.receive()
    waiting = desk.state.candidates["2025"].delivery_id
    suppliers.requests.clear()
    assert desk.a_day_later().receive().confirmed == ["2025"]
    assert desk.state.candidates["2025"].delivery_id == waiting
    assert not any("TypedDataSet" in path for _, path in suppliers.requests)
    desk.admit()
    assert desk.state.current["2025"].delivery_id == waiting


def test_a_delivery_that_moved_in_before_the_state_was_saved_is_taken_up(desk):
    desk.receive()
    waiting = desk.state.candidates["2025"]
    files = fingerprints(desk.store.deliveries)
    desk.store.event_log.file.unlink()
    desk.store.event_log.head_file.unlink()
    desk.receive_and_admit()
    assert desk.state.current["2025"].delivery_id == waiting.delivery_id
    assert fingerprints(desk.store.deliveries) == files


def test_an_unexpected_error_leaves_the_other_editions_alone(suppliers, tmp_path):
    desk = key_figures(tmp_path, suppliers.cbs_url)
    suppliers.faults.set("NED/DataProperties", once(faults._on_records(lambda rows: [{"Naam": 1} for _ in rows])))
    reception = desk.receive()
    assert reception.received == ["2024", "2025"]
    assert "because of an unexpected error" in reception.problems[0]
    assert "came: KeyError" in reception.problems[0]
    assert list(desk.store.incoming.iterdir()) == []


def once(fault):
    faulty = iter([fault])
    return lambda answer: next(faulty, lambda good: good)(answer)


def test_a_path_with_a_quote_and_a_space_is_a_path(suppliers, tmp_path):
    desk = one_edition(key_figures(tmp_path / "d'Arc en Zn", suppliers.cbs_url))
    desk.receive_and_admit()
    assert desk.manifest().tables["key_figures"].rows == 71


def test_everything_that_lands_is_named_in_the_manifest_of_its_delivery(desk):
    desk.receive_and_admit()
    delivery = desk.store.deliveries / desk.manifest().delivery_id
    manifest = json.loads((delivery / MANIFEST).read_text())
    named = {f"payload/{file['name']}" for file in manifest["payload"]} | {"key_figures.parquet", MANIFEST, CHECKSUMS}
    assert set(every_file(delivery)) == named
    assert manifest["contract_version"] == desk.state.current["2025"].contract_version
