"""Atom feed (RFC 4287) of releases with new figures; of the one that is shown with its largest changes."""

from uuid import NAMESPACE_URL, uuid5

from dashboard.presentation.page_rendering import render_feed
from dashboard.presentation.route import Query, Rendered
from dashboard.presentation.shown import address, earliest
from dashboard.reading.board import Board
from dashboard.reading.news import largest_changes, releases_with_news
from dashboard.words.change_sentences import change, summary

_ENTRIES, _CHANGES = 20, 10


def feed(board: Board, query: Query) -> Rendered:
    """Show what is new. Older releases go without figures, which may have expired."""
    changes = largest_changes(board, _CHANGES)
    own = board.release.info.release_id
    entries = [
        {
            "id": _id(board, news.release_id),
            "news": news,
            "summary": summary(news),
            "changes": [(change(one), address(one.indicator, one.area)) for one in changes]
            if news.release_id == own
            else [],
        }
        for news in releases_with_news(board, _ENTRIES)
    ]
    values = {"id": _id(board, ""), "entries": entries, "updated": board.release.catalogue.created}
    themes = {one.indicator.theme_code for one in changes}
    return render_feed("feed.xml", board, earliest(*(one.figure for one in changes)), values, themes)


def _id(board: Board, release_id: str) -> str:
    """A name that stays the same wherever the board is served."""
    return uuid5(NAMESPACE_URL, f"maandvers/{board.municipality.code}/{release_id}").urn
