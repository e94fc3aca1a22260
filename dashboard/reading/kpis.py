"""The tiles of the board, from ``mart_kpi``."""

from dataclasses import dataclass, replace
from typing import Literal

from dashboard.reading.board import Board
from dashboard.reading.figure import FIGURE_WIDTH, MUNICIPALITY, Figure, figure_columns
from dashboard.reading.series import Figures, current

_KPIS = f"""
    select {figure_columns("municipality_code", missing_reason="null")},
        year_before_period,
        year_before_value,
        change,
        target_value,
        tolerance,
        traffic_light,
        trend
    from mart_kpi
    order by kpi_order
"""


@dataclass(frozen=True)
class Kpi:
    """A figure of the board with its comparison and its target."""

    figure: Figure
    year_before_period: str | None
    year_before_value: float | None
    change: float | None
    target: float | None
    # How far from the target still counts as near; stands in for the noise of a change where chance is unknown.
    tolerance: float | None
    light: Literal["green", "amber", "red", "none"]
    trend: str | None


def kpis(board: Board) -> dict[str, Kpi]:
    """The indicators of the board that may be shown, in its order."""
    found = {row[0]: Kpi(Figure(*row[:FIGURE_WIDTH]), *row[FIGURE_WIDTH:]) for row in board.rows(_KPIS)}
    # The mart has the oldest publication behind a row; of the figure itself the long mart has it, as all pages say it.
    now = current(board, found, [board.municipality.code])
    return {code: replace(kpi, figure=_published(kpi.figure, now)) for code, kpi in found.items()}


def _published(figure: Figure, now: Figures) -> Figure:
    same = now.get((figure.indicator_code, figure.area_code))
    return replace(figure, released_on=same.released_on) if same and same.period == figure.period else figure


def board_codes(board: Board) -> list[str]:
    """Codes of the indicators of the board in its order, also of those that are withheld or expired.

    An indicator of a feed from which nothing ever came is left out.
    """
    listed = sorted((one.kpi_order, one.code) for one in board.indicators.values() if one.kpi_order is not None)
    return [
        code
        for _, code in listed
        if board.may_see(code, MUNICIPALITY) and _ever_came(board, board.indicators[code].source_feed)
    ]


def _ever_came(board: Board, feed: str) -> bool:
    clock = board.clocks.get(feed)
    return clock is not None and clock.checked_at is not None
