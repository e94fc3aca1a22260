"""A run whose clock was ahead blocks every later run until it is struck; then all is as before it."""

from datetime import date, timedelta

import pytest

from dagster_project.errors import ExitCode, SetupError
from dagster_project.landing.history import past_states
from dagster_project.release.build import latest_release
from dagster_project.sample.service import write_inbox

from .installation import Installation

pytestmark = [pytest.mark.whole_run, pytest.mark.long]

TODAY = date(2026, 11, 23)
AHEAD = TODAY + timedelta(days=400)
FEED = "vacancy.premises"


def test_a_run_of_a_clock_that_was_ahead_is_struck_and_the_next_run_goes_on(tmp_path):
    installation = Installation(tmp_path, settings={"MAANDVERS_FEEDS": f'["{FEED}", "vve.places"]'})
    write_inbox(tmp_path / "drops", TODAY)
    first = installation.run(TODAY)
    before = installation.stores(TODAY)[FEED].state()
    # Two departments upload newer files on the day of the wrong clock, one of them dated by the file system alone.
    write_inbox(tmp_path / "drops", AHEAD)
    wrong = installation.run(AHEAD)
    assert str(wrong.release_id).startswith(str(AHEAD))
    assert installation.stores(AHEAD)[FEED].state().current != before.current
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(SetupError, match=r"history is not written backwards\n  do: .*'maandvers strike'"):
        installation.run(tomorrow)

    described = installation.invoke("strike", on=tomorrow)
    assert described.exit_code == ExitCode.RELEASED
    assert "every feed is again in the state of its last run before them" in described.output
    assert f"releases/{wrong.release_id}" in described.output
    assert "add --yes to do this" in described.output
    assert latest_release(tmp_path / "releases").release_id == wrong.release_id

    assert installation.invoke("strike", "--yes", on=tomorrow).exit_code == ExitCode.RELEASED
    store = installation.stores(tomorrow)[FEED]
    assert store.state() == before
    assert len(list(past_states(store, store.event_log.entries()))) == 1
    assert latest_release(tmp_path / "releases").release_id == first.release_id
    assert not (tmp_path / "releases" / wrong.release_id).exists()
    again = installation.invoke("strike", on=tomorrow)
    assert again.exit_code == ExitCode.WRONG_SETUP
    assert "no run is dated later than now" in again.errors

    # The files of that day remain in the inbox, and are refused as long as their day is to come.
    for feed in (FEED, "vve.places"):
        for file in (tmp_path / "drops" / feed).glob(f"*{AHEAD.year}*"):
            file.unlink()
    after = installation.run(tomorrow)
    assert after.release_id == f"{tomorrow}_1"
    assert after.exit_code == first.exit_code
    assert store.state().current["all"].delivery_id == before.current["all"].delivery_id
    assert installation.invoke("verify", on=tomorrow).exit_code == ExitCode.RELEASED
