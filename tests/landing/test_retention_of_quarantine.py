"""Quarantine and point-in-time rebuilds are kept for a month and no longer."""

import os
from datetime import date, timedelta

import pytest

from dagster_project.operations.prune import deletions, prune
from dagster_project.operations.rebuild_as_of import rebuild_as_of

from .lived_through import CRIMES, morning
from .past_terms import TODAY, findings, month, pruned, under_other_terms, whole


@pytest.fixture
def aside(lived):
    """A broken zip, quarantined in the night of the last confirmation."""
    store = lived.store()
    work = store.incoming / "broken"
    (work / "payload").mkdir(parents=True)
    (work / "payload" / "signals.csv.gz").write_bytes(b"half a zip")
    folder = store.move_to_quarantine(work, "all-0123456789abcdef", "police / crime_monthly: is no zip")
    touch(folder / "reason.txt", TODAY)
    return folder


def touch(path, day):
    moment = morning(day).timestamp()
    os.utime(path, (moment, moment))


def test_quarantine_is_deleted_after_a_month(lived, aside):
    last = date(2021, 3, 1)
    assert aside.name not in str(pruned(lived, last).removed)
    (removal,) = (one for one in pruned(lived, last + timedelta(days=1), is_dry_run=True).removed if not one.files)
    assert removal.folder == "landing/police/crime_monthly/quarantine/all-0123456789abcdef"
    assert removal.rule == f"{CRIMES}: quarantine is kept P1M, since 2021-02-01"
    assert removal.size_bytes > 0
    assert aside.exists()
    pruned(lived, last + timedelta(days=1))
    assert [*aside.parent.iterdir()] == []
    assert deletions(lived.store().event_log.entries())[-1] == removal
    assert findings(lived) == []


def test_a_contract_may_keep_quarantine_for_longer(lived, aside, tmp_path):
    workspace = under_other_terms(lived, date(2021, 3, 2), tmp_path, "{quarantine: P2M}")
    assert aside.name not in str(prune(workspace, is_dry_run=True).removed)


def test_the_remains_of_a_stopped_pruning_are_ignored_and_deleted(lived, aside):
    leftover = aside.rename(aside.with_name(f".pruned-{aside.name}"))
    (leftover / "reason.txt").unlink()
    assert findings(lived) == []
    pruned(lived)
    assert not leftover.exists()


def test_a_point_in_time_rebuild_is_deleted_after_a_month(lived):
    past = rebuild_as_of(lived.workspace(TODAY), month(3)).home
    touch(past, TODAY)
    before = whole(lived)
    last = date(2021, 3, 1)
    assert [one for one in pruned(lived, last).removed if "as_known_on" in one.folder] == []
    (removal,) = (one for one in pruned(lived, last + timedelta(days=1)).removed if "as_known_on" in one.folder)
    assert removal.folder == f"as_known_on/{month(3)}"
    assert removal.rule.startswith("a point-in-time rebuild is kept P1M, since 2021-02-01")
    assert not past.exists()
    # Of landing, to which it was linked, nothing went with it.
    assert [one for one in before if one in whole(lived)] == whole(lived)
    assert len(whole(lived)) >= 1
