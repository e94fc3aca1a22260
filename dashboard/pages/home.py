"""The overview: search, and a tile for each indicator of the board."""

from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts.icons import light
from dashboard.charts.sparkline import sparkline
from dashboard.pages.rendering import render
from dashboard.pages.route import Query, Rendered
from dashboard.pages.shown import Shown, earliest_of, estimate, shown
from dashboard.reading.board import Board
from dashboard.reading.kpis import Kpi, board_codes, kpis
from dashboard.reading.series import histories
from dashboard.words import periods, sentences
from dashboard.words.noise import Estimate
from dashboard.words.states import updated

# The sparkline of a tile shows the course of two or three years.
_POINTS = {"month": 25, "quarter": 13, "year": 12}


@dataclass(frozen=True)
class Tile:
    """An indicator of the board."""

    shown: Shown
    spark: Markup
    icon: Markup
    light: sentences.TargetWords
    change: sentences.Change | None
    updated: str


def home(board: Board, query: Query) -> Rendered:
    """Show the board."""
    known = kpis(board)
    codes = board_codes(board)
    lines = histories(board, codes, board.municipality.code)
    tiles = [_tile(board, code, known.get(code), lines[code]) for code in codes]
    until = earliest_of(kpi.figure for kpi in known.values())
    return render("home.html", board, "/", until, {"tiles": tiles, "themes": board.themes.values()})


def _tile(board: Board, code: str, kpi: Kpi | None, history: list) -> Tile:
    indicator = board.indicators[code]
    if kpi is None:
        absent = shown(board, indicator, board.municipality, None)
        return Tile(absent, Markup(), Markup(), sentences.target("none", None, indicator), None, "")
    figure = kpi.figure
    until_now = [one for one in history if one.period_type == figure.period_type and one.period_end <= figure.period_end]
    line = until_now[-_POINTS[figure.period_type] :]
    spark = sparkline([one.value for one in line], target=kpi.target, is_provisional=figure.status == "provisional")
    before = next((one for one in until_now if one.period == kpi.year_before_period), None)
    then = None
    if before is not None and before.value is not None:
        then = sentences.Reference(
            Estimate(before.value, before.noise_lower, before.noise_upper),
            periods.period(before.period_type, before.period, before.period_end),
        )
    words = sentences.target(kpi.light, kpi.target, indicator)
    return Tile(
        shown=shown(board, indicator, board.municipality, figure),
        spark=spark,
        icon=light(words.light),
        light=words,
        change=sentences.change(estimate(figure), then, indicator) if figure.value is not None else None,
        updated=updated(figure.released_at),
    )
