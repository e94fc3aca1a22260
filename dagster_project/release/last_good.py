"""Feeds that a mart derives from, and those that run on their last good delivery."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import duckdb
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


def named_feeds(connection: duckdb.DuckDBPyConnection, mart: Mart, table: str) -> frozenset[str]:
    """The feeds that the rows of a mart name; none of a mart whose clocks name them."""
    if not mart.feed_columns:
        return frozenset()
    distinct = " UNION ".join(f"SELECT DISTINCT {column} FROM {table}" for column in mart.feed_columns)
    return frozenset(feed for (feed,) in connection.execute(distinct).fetchall() if feed)


def feeds_of(
    mart: Mart, feeds: Sequence[Feed], outcome: AuditOutcome, named: Collection[str]
) -> list[tuple[Feed, FeedVerdict]]:
    """The feeds in use that a mart has figures of, or lacks them of because they are withheld, with their verdicts.

    ``named`` are the feeds that its rows name.
    """
    return [
        (feed, verdict)
        for feed, verdict in sorted(zip(feeds, outcome.feeds, strict=True), key=lambda pair: pair[0].id)
        if verdict.clocks.is_in_use
        and mart.may_derive_from(feed.id, [(f"raw_{feed.supplier}", table.name) for table in feed.tables])
        and (verdict.is_withheld or mart.derives_from(feed.id, named))
    ]


def feeds_in_marts(
    marts: Sequence[Mart], feeds: Sequence[Feed], outcome: AuditOutcome, named: Mapping[str, Collection[str]]
) -> frozenset[str]:
    """The feeds in use that any mart has figures of, or lacks them of because they are withheld."""
    return frozenset(feed.id for mart in marts for feed, _ in feeds_of(mart, feeds, outcome, named[mart.name]))


def last_good(mart: Mart, feeds: Sequence[Feed], outcome: AuditOutcome, named: Collection[str]) -> list[LastGood]:
    """Feeds of a mart that run on their last good delivery; ``named`` are the feeds that its rows name."""
    return [
        LastGood(
            feed=feed.id,
            confirmed_on=verdict.clocks.date_of("checked"),
            expires_on=verdict.clocks.fresh_until,
            why=[problem.splitlines()[0] for problem in verdict.clocks.problems],
        )
        for feed, verdict in feeds_of(mart, feeds, outcome, named)
        if verdict.runs_on_last_good
    ]


def last_days(
    marts: Sequence[Mart], feeds: Sequence[Feed], outcome: AuditOutcome, named: Mapping[str, Collection[str]]
) -> list[date]:
    """Until when each feed that is shown in a mart may be shown."""
    shown = {
        feed.id: verdict.clocks.fresh_until
        for mart in marts
        for feed, verdict in feeds_of(mart, feeds, outcome, named[mart.name])
        if not verdict.is_withheld
    }
    return [day for day in shown.values() if day]
