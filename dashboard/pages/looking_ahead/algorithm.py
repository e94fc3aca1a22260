"""How forecasts, effects and advice are made: one algorithm, and all of them."""

from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import NotFoundError, Query, Rendered
from dashboard.reading.algorithms import algorithms as known_algorithms
from dashboard.reading.board import Board


def algorithm(board: Board, query: Query) -> Rendered:
    """Show an algorithm as the Dutch register of algorithms describes one."""
    found = known_algorithms(board).get(query.path["algorithm"])
    if found is None:
        raise NotFoundError("Dit algoritme gebruiken we niet (meer).")
    return render("algorithm.html", board, "", None, {"algorithm": found})


def algorithms(board: Board, query: Query) -> Rendered:
    """List the algorithms."""
    return render("algorithms.html", board, "", None, {"algorithms": [*known_algorithms(board).values()]})
