"""What was removed on purpose, when and by which rule: the book by which its absence can be told from a loss."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from dagster_project.storage.event_log import EventLog


class Removal(BaseModel):
    """A release, or files of a delivery whose manifest stays."""

    # Relative to the home of the installation.
    folder: str
    # Relative to the folder; none where the folder went as a whole.
    files: list[str] = []
    size_bytes: int
    rule: str
    # Digest of the checksums that the delivery was written with: files that are gone vouch for their lines no more.
    checksums: str | None = None
    # A supplier may send again what was removed: the files that came back then are others than these.
    received_at: datetime | None = None


class Removals:
    """The book of one installation; it need not exist yet."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.event_log = EventLog(home / "removals.jsonl")

    def read(self) -> list[Removal]:
        """All that was removed, oldest first. Raises SetupError when the book is not as it was written."""
        return [Removal.model_validate(entry.content) for entry in self.event_log.entries()]

    def readable(self) -> list[Removal]:
        """The same, as far as it can be read."""
        found = []
        for entry in self.event_log.readable():
            with suppress(ValidationError):
                found.append(Removal.model_validate(entry.content))
        return found

    def write(self, removal: Removal, now: datetime) -> None:
        """Write down what is about to be removed."""
        self.event_log.append(now, removal.model_dump(mode="json"))
