"""Feeds that a mart derives from, and those that run on their last good delivery."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from dagster_project.audit.outcome import AuditOutcome, FeedVerdict
from dagster_project.contracts.model import Feed
from dagster_project.marts.catalogue import Mart


class LastGood(BaseModel):
    """A feed whose supplier gave no usable answer since: its last good delivery is shown until it expires."""

    feed: str
    confirmed_on: date | None
    expires_on: date | None
    # What went wrong at the last attempt, a line each.
    why: list[str]

    def __str__(self) -> str:
        """One sentence for who reads the mart."""
        return f"{self.feed} runs on its last good delivery, confirmed on {self.confirmed_on}, until {self.expires_on}."


def feeds_of(mart: Mart, feeds: Sequence[Feed], outcome: AuditOutcome) -> list[tuple[Feed, FeedVerdict]]:
    """The feeds behind a mart that this municipality uses, each with what the audit said of it."""
    return [
        (feed, verdict)
        for feed, verdict in sorted(zip(feeds, outcome.feeds, strict=True), key=lambda pair: pair[0].id)
        if verdict.clocks.is_in_use
        and mart.is_made_from(feed.id, [(f"raw_{feed.supplier}", table.name) for table in feed.tables])
    ]


def last_good(mart: Mart, feeds: Sequence[Feed], outcome: AuditOutcome) -> list[LastGood]:
    """Feeds of a mart that run on their last good delivery."""
    return [
        LastGood(
            feed=feed.id,
            confirmed_on=verdict.clocks.date_of("checked"),
            expires_on=verdict.clocks.fresh_until,
            why=[problem.splitlines()[0] for problem in verdict.clocks.problems],
        )
        for feed, verdict in feeds_of(mart, feeds, outcome)
        if verdict.runs_on_last_good
    ]
