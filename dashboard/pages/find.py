"""Results of a search, which carry the number."""

from collections.abc import Callable
from dataclasses import dataclass

from dashboard import search
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import Query, Rendered
from dashboard.presentation.shown import Shown, earliest_of, estimate, reference, shown
from dashboard.reading.board import Board
from dashboard.reading.figure import Area
from dashboard.words import sentences

_LONGEST = 200


@dataclass(frozen=True)
class Hit:
    """A result: a figure in an area, or an area as a whole."""

    area: Area
    shown: Shown | None
    change: sentences.Change | None
    is_profile: bool = False


def finder(index: Callable[[Board], search.Index]) -> Callable[[Board, Query], Rendered]:
    """The page of results, with the index of the board's release."""

    def find(board: Board, query: Query) -> Rendered:
        typed = query.params.get("q", "")[:_LONGEST].strip()
        known = index(board)
        found = search.find(board, known, typed) if typed else []
        hits = [
            _hit(board, one)
            for one in found
            if one.match.indicator_code is None
            or board.may_see(one.match.indicator_code, board.areas[one.match.area_code].level)
        ]
        until = earliest_of(hit.shown.figure for hit in hits if hit.shown)
        return render(
            "find.html", board, "", until, {"typed": typed, "corrected": known.corrected(typed), "hits": hits}
        )

    return find


def _hit(board: Board, found: search.Result) -> Hit:
    area, figure = board.areas[found.match.area_code], found.figure
    if found.match.indicator_code is None:
        size = board.indicators[figure.indicator_code] if figure else None
        return Hit(area, shown(board, size, area, figure) if size else None, None, is_profile=True)
    indicator = board.indicators[found.match.indicator_code]
    one = shown(board, indicator, area, figure)
    if figure is None or figure.value is None:
        return Hit(area, one, None)
    tolerance = board.tolerance(indicator.code, area)
    return Hit(area, one, sentences.change(estimate(figure), reference(found.before), indicator, tolerance))
