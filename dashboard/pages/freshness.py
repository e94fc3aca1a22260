"""Clocks of all sources: fresh, withheld with the reason, and about to expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import Query, Rendered
from dashboard.reading.board import Board
from dashboard.reading.figure import Clock
from dashboard.words import numbers, states

# Current figures of neighbourhoods that are not there, by reason.
_ABSENT = """
    select
        missing_reason,
        count(*) as absent_count
    from fct_indicator_values
    where is_current and region_level = 'neighbourhood' and missing_reason is not null
    group by missing_reason
    order by absent_count desc, missing_reason
"""
_WITHHELD, _SOON, _LAST_GOOD, _FRESH = "Niet getoond", "Verloopt snel", "Laatste goede levering", "Actueel"


@dataclass(frozen=True)
class Feed:
    """A feed with its state in words."""

    clock: Clock
    publisher: str
    state: str
    reason: str
    is_urgent: bool


@dataclass(frozen=True)
class Group:
    """Feeds in one state, with the sentence above them."""

    title: str
    text: str
    feeds: tuple[Feed, ...]


def freshness(board: Board, query: Query) -> Rendered:
    """Show the clocks of all feeds, those that need attention first."""
    feeds = [_feed(board, clock) for clock in board.clocks.values()]
    of_state = {state: _sorted(feeds, state) for state in (_WITHHELD, _SOON, _LAST_GOOD, _FRESH)}
    withheld, soon, last_good, fresh = of_state.values()
    total = len(feeds)
    groups = [
        Group(
            f"{_sources(withheld)} zonder cijfers",
            "De leverancier van deze cijfers is te laat, of de levering is afgekeurd.",
            withheld,
        ),
        Group(
            f"{_sources(soon)} {'verloopt' if len(soon) == 1 else 'verlopen'} binnen een week",
            "Komt er geen nieuwe levering, dan tonen we deze cijfers niet meer.",
            soon,
        ),
        Group(
            f"{_sources(last_good)} met een oudere levering",
            "De bron gaf bij de laatste vraag geen antwoord.",
            last_good,
        ),
        Group("De andere bronnen" if total > len(fresh) else "Alle bronnen", "", fresh),
    ]
    absent = board.rows(_ABSENT)
    values = {
        "title": f"Alle {total} bronnen zijn op tijd"
        if not withheld
        else f"{len(withheld)} van de {total} bronnen {'wordt' if len(withheld) == 1 else 'worden'} niet getoond",
        "groups": [group for group in groups if group.feeds],
        "absent": [(states.absence(reason).text, numbers.number(count)) for reason, count in absent],
        "withheld": len(withheld),
    }
    return render("freshness.html", board, "/versheid", None, values)


def _sorted(feeds: Sequence[Feed], state: str) -> tuple[Feed, ...]:
    chosen = [feed for feed in feeds if feed.state == state]
    return tuple(sorted(chosen, key=lambda feed: (feed.clock.fresh_until or date.min, feed.clock.supplier)))


def _sources(feeds: Sequence[Feed]) -> str:
    return f"{len(feeds)} bron" if len(feeds) == 1 else f"{len(feeds)} bronnen"


def _feed(board: Board, clock: Clock) -> Feed:
    publisher = board.sources[clock.feed].publisher if clock.feed in board.sources else ""
    if clock.is_withheld:
        return Feed(clock, publisher, _WITHHELD, clock.withheld_reason or "", True)
    limit = clock.fresh_until or date.min
    if limit < board.today:
        return Feed(clock, publisher, _WITHHELD, states.expired(limit).text, True)
    if states.expires_soon(limit, board.today):
        return Feed(clock, publisher, _SOON, "", True)
    return Feed(clock, publisher, _LAST_GOOD if clock.is_last_good else _FRESH, "", False)
