"""Feeds that are no longer used: a missing folder is a failure; only the settings retire a feed."""

import shutil
from datetime import timedelta

import pytest
from landing.receiving import judge_by_rules

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.gate import judge_freshness
from dagster_project.audit.lateness import lateness
from dagster_project.audit.outcome import AuditOutcome
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.errors import SetupError
from dagster_project.installation.settings import Settings
from dagster_project.installation.workspace import Workspace, wall_clock
from dagster_project.landing.ingest import retire
from dagster_project.landing.store import FeedState, FeedStore

from .files import HEADINGS, OTHER, ROW, as_csv, desk, drop

NOVEMBER = as_csv(HEADINGS, ROW, OTHER)


@pytest.fixture
def staff(tmp_path):
    return desk(tmp_path)


def test_a_folder_that_is_missing_is_reported_and_its_figures_stay_for_their_month(staff):
    path = drop(staff, "personeel_2026-11-01.csv", NOVEMBER)
    before = staff.receive_and_admit()
    shutil.rmtree(path.parent)
    problem = staff.a_day_later().problem()
    assert f"came: no folder {path.parent}" in problem
    assert "do: put the folder back; if it is no longer used, name hr.staff in the setting 'without'" in problem
    assert staff.state.checked_at == before.checked_at
    assert read_clocks(staff.store).is_in_use


def test_a_used_feed_is_retired_until_it_is_requested_again(staff):
    retire(staff.store, staff.now)
    assert staff.store.event_log.entries() == []
    drop(staff, "personeel_2026-11-01.csv", NOVEMBER)
    staff.receive_and_admit()
    retire(staff.store, staff.now)
    retire(staff.store, staff.now + timedelta(days=40))
    clocks = read_clocks(staff.store)
    assert not clocks.is_in_use
    assert clocks.retired_on == staff.now.date()
    late = staff.now.date() + timedelta(days=400)
    assert lateness(staff.store.feed, clocks, late) == []
    _, (verdict,) = judge_freshness([staff.store], staff.now.date(), judge_by_rules)
    assert (verdict.is_withheld, verdict.reason) == (True, f"is not used any more since {clocks.retired_on}")
    assert AuditOutcome(as_of=late, judged_at=staff.now, feeds=[verdict], judgements=[]).withheld == []
    staff.receive()
    assert read_clocks(staff.store).is_in_use


@pytest.mark.parametrize(
    ("feeds", "without", "used"),
    [
        ([], [], True),
        ([], ["hr.staff"], False),
        ([], ["hr"], False),
        (["hr"], ["hr.absence"], True),
        (["cbs"], [], False),
    ],
)
def test_the_settings_name_the_used_feeds(feeds, without, used):
    workspace = Workspace(Settings(feeds=feeds, without=without))
    (staff,) = workspace.select(["hr.staff"])
    assert workspace.uses(staff) is used


def test_a_name_that_no_feed_has_is_refused(staff):
    workspace = Workspace(Settings(without=["sport"]))
    with pytest.raises(SetupError, match="no feed or supplier is called sport"):
        workspace.uses(workspace.feeds[0])


def test_a_missing_folder_is_a_failure_only_if_it_existed_before(tmp_path):
    workspace = Workspace(Settings(home=tmp_path))
    resource = WorkspaceResource(clock=wall_clock)
    resource._open, resource._settings = workspace, workspace.settings
    (contract,) = workspace.select(["hr.staff"])
    assert not resource.asks_for(contract)
    folder = workspace.settings.inbox / "hr.staff"
    folder.mkdir(parents=True)
    assert resource.asks_for(contract)
    store = FeedStore(workspace.landing, contract)
    store.record(FeedState(attempted_at=workspace.now()), workspace.now())
    folder.rmdir()
    assert resource.asks_for(contract)
