"""Retention: data past its term is deleted and recorded; sources of a release and current deliveries are kept."""

import random
import shutil
from datetime import date, timedelta

import dagster as dg
import isodate
import pytest

from dagster_project.contracts.model import ReleaseRetention
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.defs.retention_asset import retention_asset
from dagster_project.errors import SetupError
from dagster_project.installation.workspace import wall_clock
from dagster_project.operations import prune as retention
from dagster_project.operations.prune import deletions, prune
from dagster_project.operations.rebuild_as_of import rebuild_as_of
from dagster_project.storage.event_log import EventLog

from .lived_through import CRIMES, Lived
from .past_terms import FIRST, TODAY, findings, ids, month, pruned, release, under_other_terms, whole

REPORTS = "signalen.reports"


def test_what_was_replaced_longer_ago_than_the_term_goes_and_its_manifest_stays(lived):
    all_of_them = ids(lived)
    removed = pruned(lived).removed
    # The last is current, and the one before it is what the next is compared with.
    assert whole(lived) == all_of_them[-2:]
    assert ids(lived) == all_of_them
    assert {one.folder.rpartition("/")[2] for one in removed} == set(all_of_them[:4])
    left = lived.store().deliveries / all_of_them[0]
    assert sorted(path.name for path in left.rglob("*") if path.is_file()) == ["SHA256SUMS", "manifest.json"]


def test_the_event_log_says_what_was_deleted_when_and_by_which_rule(lived):
    removed = pruned(lived).removed
    entries = lived.store().event_log.entries()
    assert deletions(entries) == removed
    assert {entry.at.date() for entry in entries if entry.kind == "deleted"} == {TODAY}
    payload, tables = (one for one in removed if one.folder.endswith(ids(lived)[0]))
    assert payload.rule == f"{CRIMES}: payloads are kept P10Y after newer figures arrived, on {month(1)}"
    assert (payload.files, tables.files) == (["payload/page-1.json.gz"], ["crime_monthly.parquet"])
    assert payload.size_bytes > 0


def test_the_term_runs_from_the_day_on_which_newer_figures_came(lived):
    last_day = month(2) + isodate.duration.Duration(years=10)
    second = ids(lived)[1]
    pruned(lived, last_day)
    assert second in whole(lived)
    pruned(lived, last_day + timedelta(days=1))
    assert second not in whole(lived)


def test_a_dry_run_reports_the_same_and_deletes_nothing(lived):
    before = whole(lived)
    told = pruned(lived, is_dry_run=True).removed
    assert (whole(lived), deletions(lived.store().event_log.entries())) == (before, [])
    assert told == pruned(lived).removed


def test_pruning_again_removes_nothing(lived):
    assert pruned(lived).removed
    assert pruned(lived).removed == []


def test_what_is_still_current_stays_however_old(tmp_path):
    lived = Lived(tmp_path / "home")
    lived.receive(FIRST, 0)
    lived.confirm(TODAY)
    assert pruned(lived).removed == []


@pytest.mark.parametrize("seed", range(5))
def test_the_sources_of_an_existing_release_stay_and_everything_is_intact(lived, seed):
    chosen = random.Random(seed).sample(ids(lived), 2)
    for number, one in enumerate(chosen):
        release(lived, TODAY - timedelta(days=number), one)
    pruned(lived)
    assert set(chosen) <= set(whole(lived))
    assert findings(lived) == []


def test_a_delivery_is_deleted_after_the_last_release_that_uses_it(lived):
    first = ids(lived)[0]
    old = release(lived, date(2020, 9, 30), first)
    release(lived, TODAY, ids(lived)[-1])
    pruned(lived)
    assert first in whole(lived)
    pruned(lived, date(2030, 10, 1))
    assert not old.exists()
    assert first not in whole(lived)
    assert findings(lived) == []


def test_every_delivery_is_kept_for_a_release_that_names_none(lived):
    release(lived, TODAY)
    assert [one for one in pruned(lived).removed if one.files] == []


def test_payloads_may_go_before_deliveries(lived, tmp_path):
    prune(under_other_terms(lived, date(2012, 1, 1), tmp_path, "{payloads: P1Y}"), is_dry_run=False)
    store = lived.store()
    assert [one for one in ids(lived) if not store.has_payload(one)] == ids(lived)[:4]
    assert all(store.has_tables(one) for one in ids(lived))
    assert findings(lived) == []


class StoppedError(Exception):
    pass


@pytest.mark.parametrize("moment", range(12))
def test_a_run_that_is_stopped_in_the_middle_is_finished_by_the_next(lived, monkeypatch, moment):
    """At each of the first steps: after an event, after a file, after the new name of a release."""
    for day in (date(2020, 9, 1), date(2020, 9, 2), TODAY):
        release(lived, day, *ids(lived)[-2:])
    steps = iter(range(moment))
    delete, append, rmtree = retention._delete, EventLog.append, shutil.rmtree

    def stopping(step):
        def stop(*arguments, **options):
            if next(steps, None) is None:
                raise StoppedError
            return step(*arguments, **options)

        return stop

    monkeypatch.setattr(retention, "_delete", stopping(delete))
    monkeypatch.setattr(EventLog, "append", stopping(append))
    monkeypatch.setattr(retention.shutil, "rmtree", stopping(rmtree))
    with pytest.raises(StoppedError):
        pruned(lived)
    monkeypatch.undo()
    assert findings(lived) == []
    pruned(lived)
    assert whole(lived) == ids(lived)[-2:]
    left = {path.name for path in (lived.home / "releases").iterdir()}
    assert left == {"2020-09-02_1", f"{TODAY}_1", "latest"}
    assert findings(lived) == []


def test_a_file_that_is_gone_without_an_event_is_a_loss(lived):
    pruned(lived)
    lost = lived.store().payload(ids(lived)[-1], "page-1.json.gz")
    lost.unlink()
    assert findings(lived) == [(str(lost.relative_to(lived.home)), "is gone")]


def test_a_release_that_lost_its_delivery_is_named(lived):
    release(lived, TODAY, ids(lived)[-1])
    shutil.rmtree(lived.store().deliveries / ids(lived)[-1])
    ((_, problem),) = findings(lived)
    assert f"while the figures of release {TODAY}_1 derive from it" in problem


def test_a_damaged_event_log_is_found_and_nothing_is_deleted(lived):
    pruned(lived, month(122))
    log = lived.store().event_log.file
    log.write_bytes(log.read_bytes().replace(b"P10Y", b"P20Y", 1))
    # The altered line no longer explains why a file is gone.
    found = {file for file, _ in findings(lived)}
    assert "landing/events.jsonl" in found
    assert len(found) == 2
    before = whole(lived)
    with pytest.raises(SetupError, match="was changed outside Maandvers"):
        pruned(lived)
    assert whole(lived) == before


@pytest.mark.parametrize("seed", range(4))
def test_a_bit_flipped_in_what_pruning_left_is_found(lived, seed):
    release(lived, TODAY, ids(lived)[-1])
    pruned(lived)
    chance = random.Random(seed)
    files = sorted(path for path in lived.home.rglob("*") if path.is_file() and not path.is_symlink())
    for path in files:
        content = path.read_bytes()
        at = chance.randrange(len(content) * 8) if content else 0
        changed = bytearray(content)
        if not content:
            continue
        changed[at // 8] ^= 1 << at % 8
        path.write_bytes(changed)
        assert findings(lived), (path, at)
        path.write_bytes(content)
    assert findings(lived) == []


def damaged_history(lived):
    log = lived.store().event_log.file
    log.write_bytes(log.read_bytes().replace(b'"attempted_at": "2010', b'"attempted_at": "2011', 1))


def damaged_state(lived):
    log = lived.store().event_log.file
    *lines, last = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines, last.replace(b'checked_at": "2021-01-31', b'checked_at": "2021-02-01')]))


def unreadable_note(lived):
    (release(lived, TODAY) / "release.json").write_text("{")


@pytest.mark.parametrize("damage", [damaged_history, damaged_state, unreadable_note])
def test_nothing_is_deleted_while_history_or_a_release_note_is_damaged(lived, damage):
    damage(lived)
    before = whole(lived)
    with pytest.raises(SetupError, match=r"\n  do: "):
        pruned(lived)
    assert whole(lived) == before


def pruned_by_night(lived, monkeypatch):
    """The metadata of the asset of the nightly job."""
    monkeypatch.setenv("MAANDVERS_HOME", str(lived.home))
    done = dg.materialize(
        [retention_asset()], resources={"workspace": WorkspaceResource(as_of=str(TODAY), clock=wall_clock)}
    )
    assert done.success
    (event,) = done.get_asset_materialization_events()
    return event.materialization.metadata


def test_the_nightly_job_prunes(lived, monkeypatch):
    assert len(pruned_by_night(lived, monkeypatch)["removed"].value) == 4
    assert whole(lived) == ids(lived)[-2:]


def test_the_nightly_job_goes_on_and_says_so_when_the_event_log_is_damaged(lived, monkeypatch):
    damaged_history(lived)
    before = whole(lived)
    assert "was changed outside Maandvers" in pruned_by_night(lived, monkeypatch)["refused"].value
    assert whole(lived) == before


def test_a_pruned_delivery_that_is_received_again_is_stored_again(lived):
    again = ids(lived)[0]
    pruned(lived)
    assert lived.receive(TODAY, 0) == again
    assert again in whole(lived)
    assert findings(lived) == []
    lived.store().payload(again, "page-1.json.gz").unlink()
    assert [problem for _, problem in findings(lived)] == ["is gone"]


def test_a_day_whose_delivery_was_pruned_is_refused_with_the_rule(lived):
    pruned(lived)
    with pytest.raises(SetupError) as refused:
        rebuild_as_of(lived.workspace(TODAY), month(1))
    assert f"deliveries are kept P10Y after newer figures arrived, on {month(2)}" in str(refused.value)


def test_nightly_full_exports_are_kept_for_a_month_and_for_the_releases_that_use_them(tmp_path, monkeypatch):
    """Forty nights, with a new export and a release each; releases are kept for a week, month ends for longer."""
    terms = ReleaseRetention.model_validate({"releases": "P7D", "month_ends": "P1Y"})
    monkeypatch.setattr(retention, "load_release_retention", lambda _: terms)
    lived, store = Lived(tmp_path / "home"), Lived(tmp_path / "home").store(REPORTS)
    nights = [date(2026, 1, 15) + timedelta(days=number) for number in range(40)]
    delivered, stored = {}, []
    for number, night in enumerate(nights):
        delivered[night] = lived.receive(night, number, REPORTS, "all")
        release(lived, night, delivered[night], feed=REPORTS)
        pruned(lived, night)
        stored.append([one for one in delivered if store.has_tables(delivered[one])])
        assert stored[-1] == [one for one in delivered if store.has_payload(delivered[one])]
    # One more than a month of nights, because the term runs from the night on which newer figures arrived.
    assert stored[-1] == [night for night in nights if night >= date(2026, 1, 22)]
    assert max(map(len, stored)) == 33
    assert findings(lived, nights[-1]) == []
    # The release of a month's end keeps its delivery when the month is over.
    pruned(lived, nights[-1] + timedelta(days=30))
    assert next(night for night in nights if store.has_tables(delivered[night])) == date(2026, 1, 31)
