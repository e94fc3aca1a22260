"""The page that the service worker fills from the pocket book while there is no network."""

from dashboard.pages.rendering import render
from dashboard.pages.route import Query, Rendered
from dashboard.reading.board import Board


def offline(board: Board, query: Query) -> Rendered:
    """Show the frame; it holds no figure, so it does not expire."""
    return render("offline.html", board, "", None, {})
