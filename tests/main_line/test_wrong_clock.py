"""A run on a machine whose clock is wrong stops before it judges anything, and leaves no trace in history."""

from datetime import UTC, date, datetime
from email.utils import format_datetime

import pytest
from suppliers import faults
from suppliers.running import running

from dagster_project.errors import SetupError
from dagster_project.landing.history import refuse_to_go_back
from dagster_project.sample.service import sample_app

from .installation import Installation

pytestmark = pytest.mark.whole_run

TODAY = datetime(2026, 11, 23, 5, tzinfo=UTC)


def test_a_run_that_most_suppliers_contradict_moves_nothing(tmp_path):
    with running(sample_app(TODAY.date())) as suppliers:
        suppliers.faults.set(".", faults.with_headers(date=format_datetime(TODAY, usegmt=True)))
        installation = Installation(tmp_path, suppliers)
        with pytest.raises(SetupError, match="it is 2031-01-01 06:00 here, but not by the clocks of most suppliers"):
            installation.run(date(2031, 1, 1))
    states = [store.state() for store in installation.stores(date(2031, 1, 1)).values()]
    assert [state.checked_at for state in states] == [None] * len(states)
    entries = installation.workspace(date(2031, 1, 1)).event_log.entries()
    assert {entry.kind for entry in entries} == {"received"}
    refuse_to_go_back(installation.workspace(date(2031, 1, 1)).event_log, TODAY)
    assert not (tmp_path / "releases").exists()
