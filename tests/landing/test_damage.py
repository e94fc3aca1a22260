"""A damaged delivery is not used: it is asked for again, or its feed is withheld with the reason."""

from datetime import date

import pytest
from suppliers import faults
from verify.test_verify import flip

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.gate import judge_freshness
from dagster_project.landing.store import MANIFEST
from dagster_project.operations.status import read_status
from dagster_project.operations.verify import verify
from dagster_project.storage.checksums import digest_of
from dagster_project.warehouse.raw_layer import raw_layer

from .lived_through import CBS, CRIMES, Lived
from .receiving import judge_by_rules, key_figures, one_edition
from .test_deliveries import one_figure_more

TABLE = "key_figures.parquet"


@pytest.fixture
def desk(suppliers, tmp_path):
    desk = one_edition(key_figures(tmp_path / "landing", suppliers.cbs_url))
    desk.receive_and_admit()
    return desk


def kept(desk, name):
    return desk.store.deliveries / desk.state.current["2025"].delivery_id / name


def verdict(desk):
    (own,) = judge_freshness([desk.store], desk.now.date(), judge_by_rules)[1]
    return own


# The footer is what DuckDB reads first; without it the file is none.
@pytest.fixture(params=[f"{TABLE} in a value", f"{TABLE} in its footer", f"{TABLE} gone", MANIFEST, f"{MANIFEST} gone"])
def damaged(request, desk):
    name, _, how = request.param.partition(" ")
    file = kept(desk, name)
    if how == "gone":
        file.unlink()
    else:
        flip(file, 8 * (file.stat().st_size - 2 if "footer" in how else file.stat().st_size // 3))
    return file


def test_a_damaged_delivery_is_not_used_and_its_feed_says_why(desk, damaged):
    clocks, own = read_clocks(desk.store), verdict(desk)
    assert (clocks.damaged, clocks.deliveries) == (["2025"], {})
    (told,) = clocks.problems
    assert told.startswith(f"cbs / key_figures: {damaged} does not match its checksum")
    assert [line.partition(":")[0] for line in told.splitlines()[1:]] == ["  expected", "  came", "  do"]
    assert own.is_withheld
    assert own.reason == "its stored delivery is corrupted: 2025"
    assert own.reason_nl.startswith("De bewaarde levering is beschadigd")
    raw = raw_layer([desk.store], [own])
    assert (raw.deliveries, "read_parquet" in raw.views["raw_cbs.key_figures"]) == ([], False)


def test_an_audit_goes_on_past_a_damaged_delivery(desk, damaged):
    assert desk.admit() == []


def test_the_supplier_is_asked_for_all_of_a_damaged_delivery_though_it_has_nothing_new(suppliers, desk, damaged):
    digest = damaged.exists() and digest_of(damaged)
    asked = len(suppliers.requests)
    state = desk.a_day_later().receive_and_admit()
    assert any("TypedDataSet" in path for _, path in suppliers.requests[asked:])
    assert [remark for remark in state.remarks if "all of edition 2025 was asked for again" in remark]
    assert digest_of(damaged) != digest
    assert desk.store.damage(state.current["2025"].delivery_id) is None
    assert not verdict(desk).is_withheld
    # Once more, and nothing is asked for that did not change.
    asked = len(suppliers.requests)
    assert desk.a_day_later().receive_and_admit().remarks == []
    assert not any("TypedDataSet" in path for _, path in suppliers.requests[asked:])


def test_a_table_that_is_received_again_is_restored_byte_for_byte(desk):
    """Releases derive from the delivery with its first checksums."""
    before = {path: path.read_bytes() for path in kept(desk, "").rglob("*") if path.is_file()}
    flip(kept(desk, TABLE), 8 * 1000)
    desk.a_day_later().receive_and_admit()
    assert {path: path.read_bytes() for path in kept(desk, "").rglob("*") if path.is_file()} == before


def test_other_figures_are_not_compared_with_a_damaged_delivery(suppliers, desk, damaged):
    suppliers.faults.chosen = {"TypedDataSet": faults._on_records(one_figure_more)}
    state = desk.a_day_later().receive_and_admit()
    assert state.current["2025"].previous_id is None
    assert not verdict(desk).is_withheld


def test_the_feed_stays_withheld_while_the_supplier_does_not_answer(suppliers, desk, damaged):
    suppliers.faults.chosen = {"TypedDataSet": faults.unavailable()}
    desk.a_day_later().receive()
    desk.admit()
    assert verdict(desk).is_withheld
    assert any(str(damaged) in problem for problem in read_clocks(desk.store).problems)


def test_one_damaged_delivery_withholds_its_own_feed_alone(tmp_path):
    day = date(2026, 11, 20)
    lived = Lived(tmp_path / "home")
    for feed in (CBS, CRIMES):
        lived.receive(day, 1, feed)
    damaged = lived.store(CRIMES)
    (folder,) = damaged.deliveries.iterdir()
    (folder / MANIFEST).write_text("{")
    workspace = lived.workspace(day)
    states = {feed.feed: feed.state for feed in read_status(workspace).feeds}
    assert (states[CBS], states[CRIMES]) == ("fresh", "withheld")
    assert verify(workspace).findings


def test_a_damaged_delivery_of_before_is_not_compared_with(suppliers, desk):
    before = kept(desk, TABLE)
    suppliers.faults.chosen = {
        "TypedDataSet": faults._on_records(one_figure_more),
        "TableInfos": faults._on_records(lambda records: [{**records[0], "Modified": "2026-11-22T02:00:00"}]),
    }
    state = desk.a_day_later().receive_and_admit()
    assert state.current["2025"].previous_id == before.parent.name
    flip(before, 8 * (before.stat().st_size - 2))
    assert all(judgement.passed for judgement in desk.admit())
    assert not verdict(desk).is_withheld
