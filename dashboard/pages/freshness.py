"""What is fresh, what is withheld and why, and what expires soon."""

from dataclasses import dataclass
from datetime import date

from dashboard.pages.rendering import render
from dashboard.pages.route import Query, Rendered
from dashboard.reading.board import Board
from dashboard.reading.figure import Clock
from dashboard.words import states


@dataclass(frozen=True)
class Feed:
    """A feed with its state in words."""

    clock: Clock
    publisher: str
    state: str
    reason: str


def freshness(board: Board, query: Query) -> Rendered:
    """Show the clocks of all feeds, those that need attention first."""
    feeds = [_feed(board, clock) for clock in board.clocks.values()]
    order = ("Niet getoond", "Verloopt snel", "Laatste goede levering", "Actueel")
    values = {
        "feeds": sorted(feeds, key=lambda feed: (order.index(feed.state), feed.clock.supplier)),
        "withheld": sum(feed.state == "Niet getoond" for feed in feeds),
        "soon": sum(feed.state == "Verloopt snel" for feed in feeds),
        "today": board.today,
    }
    return render("freshness.html", board, "/versheid", None, values)


def _feed(board: Board, clock: Clock) -> Feed:
    publisher = board.sources[clock.feed].publisher if clock.feed in board.sources else ""
    if clock.is_withheld:
        return Feed(clock, publisher, "Niet getoond", clock.withheld_reason or "")
    limit = clock.fresh_until or date.min
    if limit < board.today:
        return Feed(clock, publisher, "Niet getoond", states.expired(limit).text)
    soon = states.expires_soon(limit, board.today)
    if soon:
        return Feed(clock, publisher, "Verloopt snel", soon)
    return Feed(clock, publisher, "Laatste goede levering" if clock.is_last_good else "Actueel", "")
