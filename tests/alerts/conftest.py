"""A small installation whose alerts a test sends, without a run."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from main_line.installation import Installation

from dagster_project.installation.opening import workspace_of
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.store import FeedState, FeedStore
from orchestration.alerts.outbox import Sending, send_alerts

from .receivers import Hook, webhook

FEED = "police.crime_yearly"
# The schedule stopped after this day.
ASKED = date(2026, 1, 31)


@dataclass
class Sender:
    """An installation on a day that a test chooses, with a webhook."""

    home: Path
    hook: Hook
    today: date = ASKED
    more: dict[str, str] = field(default_factory=dict)

    @property
    def installation(self) -> Installation:
        own = {"MAANDVERS_ALERTS__WEBHOOK__URL": self.hook.url, "MAANDVERS_BOARD__ADDRESS": "https://bord.example"}
        return Installation(self.home, settings=own | self.more)

    def now(self) -> datetime:
        return datetime.combine(self.today, time(8), UTC)

    def workspace(self) -> Workspace:
        with self.installation.entered():
            return workspace_of(is_sample=False, as_of=None, clock=self.now)

    def send(self, today: date | None = None) -> Sending:
        """Look once, as a process that has just started does."""
        self.today = today or self.today
        return send_alerts(self.workspace())

    def ask(self, feed: str, day: date, problem: str | None = None) -> None:
        """Leave the state of a feed that was asked in the morning of a day."""
        workspace = self.workspace()
        moment = datetime.combine(day, time(5), UTC)
        (contract,) = [one for one in workspace.feeds if one.id == feed]
        state = FeedState(attempted_at=moment, checked_at=moment, problems=[problem] if problem else [])
        FeedStore(workspace.landing, contract).record(state, moment)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as hook:
        yield hook


@pytest.fixture
def sender(hook: Hook, tmp_path: Path) -> Sender:
    return Sender(tmp_path / "home", hook)
