"""Outcome of an audit, stored for later steps and for status reports."""

from datetime import date, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel

from dagster_project.audit.clocks import Clocks
from dagster_project.audit.lateness import Lateness
from dagster_project.storage.atomic import write_file
from expectations.judgement import Judgement

OUTCOME = "outcome.json"


class FeedVerdict(BaseModel):
    """Decision to publish or withhold the figures of a feed, with the reason."""

    clocks: Clocks
    is_withheld: bool
    reason: str | None
    reason_nl: str | None = None
    # Days until the figures expire, in the last week.
    expires_in: int | None = None
    late: list[Lateness] = []
    # Data tests of severity 'warn' that found figures of this feed.
    warnings: list[str] = []

    @property
    def runs_on_last_good(self) -> bool:
        """Whether the figures shown predate an answer that could not be used."""
        return bool(self.clocks.problems) and not self.is_withheld

    def withheld_since(self, as_of: date) -> date | None:
        """Return the first day on which the figures were withheld; the day of the audit if the limit is unknown."""
        if not self.is_withheld:
            return None
        limit = self.clocks.fresh_until
        return min(limit + timedelta(days=1), as_of) if limit else as_of


class AuditOutcome(BaseModel):
    """Outcome of the audit of one run, stored in ``audit/outcome.json``."""

    as_of: date
    judged_at: datetime
    feeds: list[FeedVerdict]
    judgements: list[Judgement]
    # Rows of each mart as the build of this run counted them, until they are judged.
    mart_rows: list[dict[str, object]] = []

    def write(self, audit: Path) -> None:
        """Write the outcome to its file."""
        write_file(audit / OUTCOME, self.model_dump_json(indent=2).encode())

    @property
    def withheld(self) -> list[FeedVerdict]:
        """Feeds in use whose figures are withheld."""
        return [verdict for verdict in self.feeds if verdict.is_withheld and verdict.clocks.is_in_use]

    @classmethod
    def read(cls, audit: Path) -> "AuditOutcome | None":
        """Read the outcome of the last run, if there was one."""
        file = audit / OUTCOME
        return cls.model_validate_json(file.read_bytes()) if file.exists() else None
