"""What an audit came to, kept for the steps after it and for whoever asks later."""

from datetime import date, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel

from dagster_project.audit.clocks import Clocks
from dagster_project.audit.lateness import Lateness
from dagster_project.storage.atomic import write_file
from expectations.frames import Judgement

OUTCOME = "outcome.json"


class FeedVerdict(BaseModel):
    """Whether the figures of a feed may go out, and why not."""

    clocks: Clocks
    is_withheld: bool
    reason: str | None
    reason_nl: str | None = None
    # Days until the figures may no longer be shown, once these are few.
    expires_in: int | None = None
    late: list[Lateness] = []

    @property
    def runs_on_last_good(self) -> bool:
        """Whether the figures shown are those from before the supplier failed to answer with something usable."""
        return bool(self.clocks.problems) and not self.is_withheld

    def withheld_since(self, as_of: date) -> date | None:
        """The first day on which the figures could not be shown; the day of the audit where that is not known."""
        if not self.is_withheld:
            return None
        limit = self.clocks.fresh_until
        return min(limit + timedelta(days=1), as_of) if limit else as_of


class AuditOutcome(BaseModel):
    """What the audit of a run came to, as it stands in ``audit/outcome.json`` for whoever asks later."""

    as_of: date
    judged_at: datetime
    feeds: list[FeedVerdict]
    judgements: list[Judgement]

    def write(self, audit: Path) -> None:
        """Keep the outcome for the steps after this one and for whoever asks."""
        write_file(audit / OUTCOME, self.model_dump_json(indent=2).encode())

    @property
    def withheld(self) -> list[FeedVerdict]:
        """The feeds in use whose figures stay in."""
        return [verdict for verdict in self.feeds if verdict.is_withheld and verdict.clocks.is_in_use]

    @classmethod
    def read(cls, audit: Path) -> "AuditOutcome | None":
        """The outcome of the last run, if there was one."""
        file = audit / OUTCOME
        return cls.model_validate_json(file.read_bytes()) if file.exists() else None
