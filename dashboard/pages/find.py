"""Results of a search, which carry the number."""

from collections.abc import Callable
from dataclasses import dataclass

from dashboard import search
from dashboard.current import CurrentFigure
from dashboard.presentation.rendering import render
from dashboard.presentation.route import Query, Rendered
from dashboard.presentation.shown import Shown, earliest_of, shown
from dashboard.reading.board import Board
from dashboard.reading.figure import Area, Figure
from dashboard.words import periods, sentences
from dashboard.words.noise import Estimate

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
        found = search.find(board.cursor, known, typed, board.today) if typed else []
        hits = [
            _hit(board, one)
            for one in found
            if one.match.indicator_code is None or board.may_see(one.match.indicator_code)
        ]
        until = earliest_of(hit.shown.figure for hit in hits if hit.shown)
        return render(
            "find.html", board, "", until, {"typed": typed, "corrected": known.corrected(typed), "hits": hits}
        )

    return find


def _hit(board: Board, found: search.Result) -> Hit:
    area = board.areas[found.match.area_code]
    figure = found.figure
    if found.match.indicator_code is None:
        size = board.indicators[figure.indicator_code] if figure else None
        return Hit(area, shown(board, size, area, _figure(figure)) if figure and size else None, None, is_profile=True)
    indicator = board.indicators[found.match.indicator_code]
    one = shown(board, indicator, area, _figure(figure) if figure else None)
    if figure is None or figure.value is None:
        return Hit(area, one, None)
    then = None
    if figure.year_before_value is not None and figure.year_before_period is not None:
        words = periods.period(figure.period_type, figure.year_before_period, None)
        then = sentences.Reference(Estimate(figure.year_before_value), words)
    tolerance = None
    if figure.change is not None and figure.is_change_outside_noise is not None:
        # The mart has tested the change: a tolerance on either side of it says the same.
        tolerance = 0.0 if figure.is_change_outside_noise else abs(figure.change)
    return Hit(area, one, sentences.change(Estimate(figure.value), then, indicator, tolerance))


def _figure(found: CurrentFigure) -> Figure:
    return Figure(
        indicator_code=found.indicator_code,
        area_code=found.area_code,
        period_type=found.period_type,
        period=found.period,
        period_start=found.period_end,
        period_end=found.period_end,
        value=found.value,
        noise_lower=None,
        noise_upper=None,
        status=found.status,
        missing_reason=found.missing_reason,
        feed=found.feed,
        released_at=found.released_at,
        checked_at=found.checked_at,
        fresh_until=found.fresh_until,
    )
