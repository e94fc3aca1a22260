"""Pages without figures: accessibility, and the frame that a telephone fills without a connection."""

from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import Query, Rendered
from dashboard.reading.board import Board


def accessibility(board: Board, query: Query) -> Rendered:
    """Show the facts for a statement on accessibility."""
    return render("accessibility.html", board, "", None, {})


def offline(board: Board, query: Query) -> Rendered:
    """Show the frame for the pocket book."""
    return render("offline.html", board, "", None, {})
