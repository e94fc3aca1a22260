"""Tables of pages as files: CSV, Excel workbook and JSON under the address of the page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from dashboard import downloads
from dashboard.presentation.lookups import area_of, indicator_of, theme_of
from dashboard.presentation.route import NotFoundError, Query, Rendered
from dashboard.presentation.shown import earliest_of
from dashboard.reading.board import Board
from dashboard.reading.figure import Figure, Indicator
from dashboard.reading.neighbourhood_profile import of_neighbourhood
from dashboard.reading.series import current, series
from dashboard.words import periods, states

_FORMS: dict[str, tuple[str, Callable[[downloads.Table], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", downloads.as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", downloads.as_xlsx),
    "json": ("application/json", downloads.as_json),
}
_COLUMNS = (
    downloads.Column("indicator_code", "Cijfer (naam in de tabellen)"),
    downloads.Column("indicator", "Cijfer"),
    downloads.Column("region_code", "Gebiedscode"),
    downloads.Column("region", "Gebied"),
    downloads.Column("period", "Periode"),
    downloads.Column("value", "Waarde"),
    downloads.Column("unit", "Eenheid"),
    downloads.Column("status", "Status"),
    downloads.Column("missing_reason", "Waarom geen cijfer"),
    downloads.Column("released_on", "Bijgewerkt"),
    downloads.Column("checked_on", "Nagekeken"),
    downloads.Column("fresh_until", "Toonbaar tot en met"),
)


def of_indicator(board: Board, query: Query) -> Rendered:
    """Every period of an indicator in an area."""
    area = area_of(board, query.path["area"])
    chosen = indicator_of(board, query.path["indicator"], area)
    return _file(board, query, f"{chosen.label}, {area.name}", series(board, chosen.code, [area.code])[area.code])


def of_comparison(board: Board, query: Query) -> Rendered:
    """Every period of an indicator in several areas."""
    areas = [area_of(board, code) for code in query.path["areas"].split("+")]
    chosen = indicator_of(board, query.path["indicator"], *areas)
    found = series(board, chosen.code, [area.code for area in areas])
    names = periods.enumeration(area.name for area in areas)
    return _file(board, query, f"{chosen.label}, {names}", [one for own in found.values() for one in own])


def of_area(board: Board, query: Query) -> Rendered:
    """The current figures of an area."""
    area = area_of(board, query.path["area"])
    rows = of_neighbourhood(board, area.code)
    found = [row.figure for row in rows.values()] or [*current(board, board.indicators, [area.code]).values()]
    return _file(board, query, f"Cijfers van {area.name}", found)


def of_theme(board: Board, query: Query) -> Rendered:
    """The current figures of a theme in an area."""
    area = area_of(board, query.path["area"])
    theme = theme_of(board, query.path["theme"], area)
    codes = [one.code for one in board.of_theme(theme.code)]
    return _file(board, query, f"{theme.label}, {area.name}", [*current(board, codes, [area.code]).values()])


def _file(board: Board, query: Query, title: str, figures: Sequence[Figure]) -> Rendered:
    form = query.path["form"]
    if form not in _FORMS:
        raise NotFoundError("Deze tabel is er als .csv, .xlsx en .json.")
    media_type, write = _FORMS[form]
    until = earliest_of(figures)
    used = {figure.indicator_code: board.indicators[figure.indicator_code] for figure in figures}
    table = downloads.Table(title, _COLUMNS, tuple(_row(board, one) for one in figures), _facts(board, used, until))
    name = "-".join(part for key, part in query.path.items() if key != "form").replace("+", "-")
    themes = frozenset(indicator.theme_code for indicator in used.values())
    return Rendered(write(table), media_type, until, f"{name}.{form}", themes=themes)


def _row(board: Board, figure: Figure) -> tuple[downloads.Value, ...]:
    indicator, area = board.indicators[figure.indicator_code], board.areas.get(figure.area_code)
    value = figure.value
    return (
        indicator.code,
        indicator.label,
        figure.area_code,
        area.name if area else figure.area_code,
        figure.period,
        None if value is None else round(value, 10),
        indicator.unit_noun or indicator.unit,
        states.status(figure.status),
        None if value is not None else states.absence(figure.missing_reason or "unknown").text,
        figure.released_on,
        figure.checked_on,
        figure.fresh_until,
    )


def _facts(board: Board, used: Mapping[str, Indicator], until: date | None) -> tuple[tuple[str, str], ...]:
    info = board.release.info
    facts = [("Uitgave", info.release_id), ("Van", periods.day(info.as_of))]
    if until:
        facts.append(("Toonbaar tot en met", periods.day(until)))
    if info.is_fictional:
        facts.append(("Let op", "Voorbeeldgemeente: alle cijfers zijn verzonnen."))
    return (*facts, *_definitions(board, used.values()))


def _definitions(board: Board, used: Iterable[Indicator]) -> Iterable[tuple[str, str]]:
    for indicator in used:
        source = board.sources.get(indicator.source_feed)
        origin = f" Bron: {source.publisher} ({source.licence.name})." if source else ""
        yield indicator.label, f"{indicator.definition}{origin}"
