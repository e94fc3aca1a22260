"""Two to four areas side by side, in one indicator."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts import line
from dashboard.charts.sparkline import Multiple, small_multiples
from dashboard.presentation.graphs import Graph, series_of
from dashboard.presentation.lookups import area_of, indicator_of
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import NotFoundError, Query, Rendered
from dashboard.presentation.shown import cell, earliest_of, shown
from dashboard.reading.board import Board
from dashboard.reading.figure import DISTRICT, MUNICIPALITY, NEIGHBOURHOOD, OWN_AREA, Area, Figure, Indicator
from dashboard.reading.series import current, series
from dashboard.words import numbers, periods

_MOST = 4
_DEFAULT = "welfare_recipients_per_1000"


@dataclass(frozen=True)
class PeriodRow:
    """A period with the figure of each area."""

    period: str
    cells: tuple[Markup, ...]


def comparison(board: Board, query: Query) -> Rendered:
    """Show an indicator in several areas, and a form to choose others."""
    areas = [area_of(board, code) for code in dict.fromkeys(code for code in query.lists.get("g", ()) if code)][:_MOST]
    if len(areas) == 1 and areas[0] != (larger := board.municipality_of(areas[0])):
        areas.append(larger)
    chosen = _indicator(board, query, areas)
    lines = series(board, chosen.code, [area.code for area in areas]) if areas else {}
    now = current(board, [chosen.code], [area.code for area in areas])
    values = {
        "indicator": chosen,
        "ones": [shown(board, chosen, area, now.get((chosen.code, area.code))) for area in areas],
        "graph": _graph(chosen, areas, lines),
        "multiples": _multiples(chosen, areas, lines),
        "areas": areas,
        "rows": _rows(board, chosen, areas, lines),
        "indicators": [(theme, board.of_theme(theme.code)) for theme in board.open_themes],
        "choices": [*board.of_level(MUNICIPALITY, DISTRICT, OWN_AREA, NEIGHBOURHOOD), *board.other_municipalities],
        "taken": [area.code for area in areas] + [""] * (_MOST - len(areas)),
        "download": "/vergelijk/" + chosen.code + "/" + "+".join(area.code for area in areas),
    }  # fmt: skip
    return render("comparison.html", board, "", earliest_of(now.values()), values)


def _indicator(board: Board, query: Query, areas: Sequence[Area]) -> Indicator:
    code = query.params.get("k") or _DEFAULT
    if not query.params.get("k") and (code not in board.indicators or not board.may_see(code, MUNICIPALITY)):
        code = next((one for one in board.indicators if board.may_see(one, MUNICIPALITY)), "")
    if not code:
        raise NotFoundError("Deze uitgave heeft geen cijfers.")
    return indicator_of(board, code, *areas)


def _graph(chosen: Indicator, areas: list[Area], lines: dict[str, list[Figure]]) -> Graph | None:
    known = [area for area in areas if sum(one.value is not None for one in lines[area.code]) > 1]
    if not known or chosen.unit == "count":
        return None
    drawn = line.line(
        f"{chosen.label}, {periods.enumeration(area.name for area in known)}",
        [series_of(chosen, area.name, lines[area.code]) for area in known],
        lambda value: numbers.tick(value, chosen),
        with_band=False,
    )
    shown_ones = [lines[area.code][-1] for area in known]
    words = ["Gestreept en open: voorlopig."] if any(one.status == "provisional" for one in shown_ones) else []
    words += [] if drawn.starts_at_zero else ["De as begint niet bij 0."]
    return Graph(f"{chosen.short_label} in {periods.enumeration(area.name for area in known)}", drawn.svg,
                 " ".join(words))  # fmt: skip


def _multiples(chosen: Indicator, areas: list[Area], lines: dict[str, list[Figure]]) -> Markup:
    """Counts of areas of different size, each with a line of its own."""
    items = []
    for area in areas if chosen.unit == "count" else ():
        known = [figure for figure in lines[area.code] if figure.value is not None]
        if len(known) > 1:
            text = numbers.with_unit(known[-1].value or 0, chosen)
            items.append(Multiple(area.name, text, tuple(figure.value for figure in lines[area.code])))
    return small_multiples(items, is_one_scale=False)


def _rows(board: Board, chosen: Indicator, areas: list[Area], lines: dict[str, list[Figure]]) -> list[PeriodRow]:
    by_period = {area.code: {figure.period: figure for figure in lines[area.code]} for area in areas}
    every = {figure.period: figure for own in lines.values() for figure in own}
    ordered = sorted(every.values(), key=lambda figure: figure.period_end, reverse=True)
    return [
        PeriodRow(
            periods.sentence_start(periods.period_row(one.period_type, one.period, one.period_end)),
            tuple(cell(board, chosen, area, by_period[area.code].get(one.period)) for area in areas),
        )
        for one in ordered
    ]
