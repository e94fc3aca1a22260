"""The model theme page: economic self-sufficiency, across the themes of benefits and work."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from markupsafe import Markup

from dashboard.charts import line
from dashboard.charts.differences import Difference, difference_bars
from dashboard.pages.home import tile_of
from dashboard.presentation.graphs import Graph, map_of
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import Query, Rendered
from dashboard.presentation.shown import cell, earliest_of, estimate
from dashboard.reading.board import Board
from dashboard.reading.figure import MUNICIPALITY, NEIGHBOURHOOD, Area, Figure
from dashboard.reading.kpis import kpis
from dashboard.reading.neighbourhood_profile import of_indicator
from dashboard.reading.series import current, histories
from dashboard.words import numbers, periods, sentences
from dashboard.words.noise import is_steady

_TILES = ("welfare_recipients_quarter_count", "benefit_households_count", "benefit_outflow_to_work_pct")
_KINDS = {
    "welfare_recipients_quarter_count": "Bijstand",
    "disability_benefit_recipients_quarter_count": "Arbeidsongeschikt",
    "unemployment_benefit_recipients_quarter_count": "Werkloos",
}
_IN, _OUT = "benefit_inflow_count", "benefit_outflow_count"
_PER_1000 = {
    "welfare_recipients_of_working_age_per_1000": "Bijstand",
    "disability_benefit_recipients_of_working_age_per_1000": "Arbeidsongeschikt",
    "unemployment_benefit_recipients_of_working_age_per_1000": "Werkloos",
}
_MONTHS, _ROWS = 24, 8


@dataclass(frozen=True)
class AreaRow:
    """An area with its figures of each kind of benefit."""

    area: Area
    cells: tuple[Markup, ...]


def self_sufficiency(board: Board, query: Query) -> Rendered:
    """Show benefits, their flows, and where in the municipality they are."""
    here = board.municipality.code
    codes = [
        code for code in (*_TILES, *_KINDS, _IN, _OUT) if code in board.indicators and board.may_see(code, MUNICIPALITY)
    ]
    lines = histories(board, codes, here)
    now = current(board, codes, [here])
    known = kpis(board)
    per_1000 = [code for code in _PER_1000 if code in board.indicators and board.may_see(code, MUNICIPALITY)]
    density = (
        {row.figure.area_code: row.figure for row in of_indicator(board, per_1000[0]).values()} if per_1000 else {}
    )
    drawn_map = map_of(board, board.indicators[per_1000[0]], density) if per_1000 else None
    values = {
        "tiles": [tile_of(board, code, known.get(code), now.get((code, here)), lines[code])
                  for code in _TILES if code in codes],
        "kinds": _kinds(board, {code: lines[code] for code in _KINDS if code in codes}),
        "flow": _flow(lines.get(_IN, []), lines.get(_OUT, [])),
        "names": [_PER_1000[code] for code in per_1000],
        "rows": _areas(board, per_1000),
        "first_rows": _ROWS,
        "map": drawn_map,
    }  # fmt: skip
    dated = [*now.values(), *current(board, per_1000, [area.code for area in _compared(board)]).values()]
    return render("self_sufficiency.html", board, "/t", earliest_of(dated), values)


def _kinds(board: Board, lines: dict[str, list[Figure]]) -> Graph | None:
    known = {code: [one for one in figures if one.value is not None] for code, figures in lines.items()}
    known = {code: figures for code, figures in known.items() if len(figures) > 1}
    if not known:
        return None
    series = []
    for code, figures in known.items():
        indicator = board.indicators[code]
        points = tuple(
            line.Point(
                one.period_end,
                periods.period_axis(one.period_type, one.period, one.period_end),
                one.value,
                is_provisional=one.status == "provisional",
            )
            for one in figures
        )
        series.append(line.Series(_KINDS[code], points, numbers.figure(figures[-1].value or 0, indicator)))
    steady = all(is_steady([estimate(one) for one in figures]) for figures in known.values())
    title = "De drie soorten uitkeringen blijven ongeveer gelijk" if steady else "Drie soorten uitkeringen over de tijd"
    drawn = line.line("Inwoners met een uitkering, naar soort", series, numbers.number, with_band=False)
    return Graph(title, drawn.svg, "Aantal inwoners aan het eind van het kwartaal. Open punt: voorlopig.")


def _flow(arrivals: Sequence[Figure], departures: Sequence[Figure]) -> Graph | None:
    """Arrivals less departures; their chance is that of two counts."""
    left = {one.period: one for one in departures if one.value is not None}
    pairs = [(one, left[one.period]) for one in arrivals if one.value is not None and one.period in left][-_MONTHS:]
    if len(pairs) < 2:
        return None
    net = [(came.value or 0) - (went.value or 0) for came, went in pairs]
    counts = sum((came.value or 0) + (went.value or 0) for came, went in pairs) / len(pairs)
    width = 1.96 * sqrt(counts)
    bars = [
        Difference(periods.period_axis(came.period_type, came.period), value, came.status == "provisional")
        for (came, _), value in zip(pairs, net, strict=True)
    ]
    title = sentences.difference_title(net, (-width, width), "instroom", "uitstroom")
    came, went = pairs[-1]
    caption = (
        f"Instroom min uitstroom per maand. In {periods.period(came.period_type, came.period)}: "
        f"{numbers.number(came.value or 0)} erbij, {numbers.number(went.value or 0)} weg. "
        "Lichte band: gewone schommeling."
    )
    drawn = difference_bars(
        "Instroom min uitstroom per maand",
        bars,
        numbers.signed,
        band=(-width, width),
        end_label=numbers.signed(net[-1]),
    )
    return Graph(title, drawn, caption)


def _compared(board: Board) -> list[Area]:
    return [*board.of_level(NEIGHBOURHOOD), board.municipality]


def _areas(board: Board, codes: Sequence[str]) -> list[AreaRow]:
    """Neighbourhoods from many to few of the first figure, and the municipality."""
    if not codes:
        return []
    areas = _compared(board)
    known = current(board, codes, [area.code for area in areas])

    def height(area: Area) -> float:
        figure = known.get((codes[0], area.code))
        return -1.0 if figure is None or figure.value is None else figure.value

    rows = [
        AreaRow(area, tuple(cell(board, board.indicators[code], area, known.get((code, area.code))) for code in codes))
        for area in areas
    ]
    return sorted(rows, key=lambda row: (row.area == board.municipality, -height(row.area), row.area.name))
