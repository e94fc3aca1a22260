"""Checks and revisions of a release, from its metadata and ``mart_revisions``."""

from dataclasses import dataclass
from datetime import date

from dashboard.reading.board import Board

REVISIONS = "mart_revisions"
_CHECKS = """
    select
        suite,
        count(*) as check_count,
        count(*) filter (not is_passed) as failed_count,
        coalesce(list(message_nl) filter (not is_passed), []) as messages
    from release.snapshot.audit_results
    where subject = {feed}
    group by suite
    order by suite
"""
_REVISIONS = """
    select
        indicator_code,
        region_code,
        period_type,
        period,
        period_end_date,
        first_value,
        value,
        last_changed_on,
        fresh_until
    from mart_revisions
    where indicator_code in ({indicators}) and (not {is_newest} or last_changed_on = (
        select max(last_changed_on) from mart_revisions
    ))
    order by last_changed_on desc, abs(change_pct) desc nulls last, indicator_code, region_code, period
    limit {most}
"""


@dataclass(frozen=True)
class Check:
    """Results of a suite of checks on a feed; messages of those that failed."""

    suite: str
    count: int
    failed: int
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Revision:
    """A figure that its source changed after it was first published."""

    indicator_code: str
    area_code: str
    period_type: str
    period: str
    period_end: date
    first_value: float | None
    value: float | None
    changed_on: date
    fresh_until: date


def checks(board: Board, feed: str) -> list[Check]:
    """The checks of a feed that let the release out.

    Messages may name a figure of any theme of the feed, so they are for readers who may see all of these.
    """
    is_open = board.may_see_all_of(feed)
    return [
        Check(suite, count, failed, tuple(messages) if is_open else ())
        for suite, count, failed, messages in board.rows(_CHECKS, feed=feed)
    ]


def revisions(board: Board, indicator: str) -> list[Revision]:
    """The newest revisions of an indicator."""
    if REVISIONS not in board.release.marts:
        return []
    return [Revision(*row) for row in board.rows(_REVISIONS, indicators=[indicator], is_newest=False, most=50)]


def newest_revisions(board: Board) -> list[Revision]:
    """Figures that were revised on the last day on which any was, the largest changes first."""
    if REVISIONS not in board.release.marts:
        return []
    every = [*board.indicators]
    return [Revision(*row) for row in board.rows(_REVISIONS, indicators=every, is_newest=True, most=100)]
