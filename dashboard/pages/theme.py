"""Themes: all indicators of one, in an area of choice; and the model page of economic self-sufficiency."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts.sparkline import sparkline
from dashboard.pages.theme_tables import table_of
from dashboard.presentation.lookups import area_of, theme_of
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import Query, Rendered
from dashboard.presentation.shown import Shown, earliest_of, estimate, reference, shown
from dashboard.reading.board import Board
from dashboard.reading.figure import DISTRICT, MUNICIPALITY, NEIGHBOURHOOD, OWN_AREA, Area, Figure, Indicator
from dashboard.reading.series import current, histories, year_before
from dashboard.words import sentences

_POINTS = {"month": 25, "quarter": 13, "year": 12}


@dataclass(frozen=True)
class IndicatorRow:
    """A row of a theme: a figure with its course and change."""

    shown: Shown
    spark: Markup
    change: sentences.Change | None


def themes(board: Board, query: Query) -> Rendered:
    """Show all themes with the number of their indicators."""
    listed = [(theme, len(board.of_theme(theme.code))) for theme in board.open_themes]
    return render("themes.html", board, "/t", None, {"themes": listed})


def theme(board: Board, query: Query) -> Rendered:
    """Show a theme in an area, or in the municipality."""
    area = area_of(board, query.params.get("gebied") or board.municipality.code)
    chosen = theme_of(board, query.path["theme"], area)
    rows = rows_of(board, board.of_theme(chosen.code), area)
    table = table_of(board, chosen.code) if area.level == MUNICIPALITY else None
    last_days = table.last_days if table else []
    until = min((day for day in (earliest_of(row.shown.figure for row in rows), *last_days) if day), default=None)
    values = {
        "table": table,
        "theme": chosen,
        "area": area,
        "rows": rows,
        "areas": [(one, one.code == area.code)
                  for one in board.of_level(MUNICIPALITY, DISTRICT, OWN_AREA, NEIGHBOURHOOD, around=area)],
    }  # fmt: skip
    return render("theme.html", board, "/t", until, values, {chosen.code})


def rows_of(board: Board, indicators: Sequence[Indicator], area: Area) -> list[IndicatorRow]:
    """Rows of indicators that are known at the area's level: first those with a figure, and of these the board's."""
    codes = [indicator.code for indicator in indicators]
    now = current(board, codes, [area.code])
    before = year_before(board, now)
    lines = histories(board, codes, area.code)
    rows = []
    for indicator in indicators:
        figure = now.get((indicator.code, area.code))
        if figure is None and area.level != MUNICIPALITY:
            # Not every indicator is known so finely.
            continue
        rows.append(
            _row(board, indicator, area, figure, before.get((indicator.code, area.code)), lines[indicator.code])
        )
    return sorted(
        rows, key=lambda row: (not row.shown.has_value, row.shown.indicator.kpi_order or len(board.indicators))
    )


def _row(
    board: Board, indicator: Indicator, area: Area, now: Figure | None, before: Figure | None, line: Sequence[Figure]
) -> IndicatorRow:
    one = shown(board, indicator, area, now)
    if now is None or now.value is None:
        return IndicatorRow(one, Markup(), None)
    until_now = [figure.value for figure in line if figure.period_end <= now.period_end][-_POINTS[now.period_type] :]
    spark = sparkline(until_now, is_provisional=now.status == "provisional")
    return IndicatorRow(
        one, spark, sentences.change(estimate(now), reference(before), indicator, board.tolerance(indicator.code, area))
    )
