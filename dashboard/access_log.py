"""Log of the themes that readers saw or were refused: a file per day, deleted after the days of the settings.

It has the groups by which a reader saw a theme, and no figure, area or question. A person stands in it only where
the settings name the header in which the proxy names readers.
"""

import json
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dagster_project.errors import SetupError

LOG = logging.getLogger("dashboard.access_log")
_HERE = ZoneInfo("Europe/Amsterdam")
_LONGEST_NAME = 200


@dataclass
class AccessLog:
    """The log in a folder; ``now`` is the clock by which days begin and files are deleted."""

    folder: Path
    days: int
    now: Callable[[], datetime]
    # The day on which old files were last deleted.
    _pruned_on: date | None = None

    def open(self) -> None:
        """Make the folder and delete what is too old. Raises SetupError for one that cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._prune(self._today())
            with self._file(self._today()).open("a", encoding="utf-8"):
                pass
        except OSError as error:
            raise SetupError(
                f"board.access_log: {self.folder} cannot be written ({error.strerror})\n"
                "  do: name a folder of the account that runs the board"
            ) from error

    def note(self, page: str, themes: Collection[str], groups: Collection[str], user: str | None, verdict: str) -> None:
        """Add a line; a log that cannot be written stops no reader, and is reported."""
        moment = self.now().astimezone(_HERE)
        entry = {
            "at": moment.isoformat(timespec="minutes"),
            "verdict": verdict,
            "page": page,
            "themes": sorted(themes),
            "groups": sorted(groups),
        }
        if user is not None:
            entry["user"] = user[:_LONGEST_NAME]
        try:
            if self._pruned_on != moment.date():
                self._prune(moment.date())
            with self._file(moment.date()).open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")
        except OSError as error:
            LOG.warning("the access log %s cannot be written: %s", self.folder, error.strerror)

    def _today(self) -> date:
        return self.now().astimezone(_HERE).date()

    def _file(self, day: date) -> Path:
        return self.folder / f"{day.isoformat()}.jsonl"

    def _prune(self, today: date) -> None:
        """Delete the files of days that are past; dates as text sort as days do."""
        oldest = self._file(today - timedelta(days=self.days)).name
        for file in self.folder.glob("????-??-??.jsonl"):
            if file.name < oldest:
                file.unlink(missing_ok=True)
        self._pruned_on = today
