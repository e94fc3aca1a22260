"""The overview: search, and a tile for each indicator of the board."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts.icons import light
from dashboard.charts.sparkline import sparkline
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import Query, Rendered
from dashboard.presentation.shown import Shown, earliest_of, estimate, reference, shown
from dashboard.reading.board import Board
from dashboard.reading.figure import NEIGHBOURHOOD, Figure, is_year_before
from dashboard.reading.kpis import Kpi, board_codes, kpis
from dashboard.reading.series import histories
from dashboard.words import numbers, sentences
from dashboard.words.states import updated

# The sparkline of a tile shows the course of two or three years.
_POINTS = {"month": 25, "quarter": 13, "year": 12}


@dataclass(frozen=True)
class Tile:
    """An indicator of the board."""

    shown: Shown
    # Empty where the label of the tile says it.
    unit: str
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
    tiles = [_kpi_tile(board, code, known.get(code), lines[code]) for code in codes]
    until = earliest_of(kpi.figure for kpi in known.values())
    example = next((area.name for area in board.of_level(NEIGHBOURHOOD)), board.municipality.name)
    values = {"tiles": tiles, "themes": board.open_themes, "examples": (f"bijstand {example}", "overlast")}
    return render("home.html", board, "/", until, values)


def _kpi_tile(board: Board, code: str, kpi: Kpi | None, history: Sequence[Figure]) -> Tile:
    return tile_of(board, code, kpi, kpi.figure if kpi else None, history)


def tile_of(board: Board, code: str, kpi: Kpi | None, now: Figure | None, history: Sequence[Figure]) -> Tile:
    """A tile of an indicator in the municipality: with its target where it has one."""
    indicator = board.indicators[code]
    words = sentences.target(kpi.light if kpi else "none", kpi.target if kpi else None, indicator)
    if now is None or now.value is None:
        return Tile(shown(board, indicator, board.municipality, now), "", Markup(), Markup(), words, None, "")
    line = [one for one in history if one.period_type == now.period_type and one.period_end <= now.period_end]
    before = next((one for one in line if is_year_before(one, now)), None)
    return Tile(
        shown=shown(board, indicator, board.municipality, now),
        unit=numbers.unit_beside_label(indicator, now.value),
        spark=sparkline(
            [one.value for one in line[-_POINTS[now.period_type] :]],
            target=kpi.target if kpi else None,
            is_provisional=now.status == "provisional",
        ),
        icon=light(words.light),
        light=words,
        change=sentences.change(estimate(now), reference(before), indicator, kpi.tolerance if kpi else None),
        updated=updated(now.released_on),
    )
