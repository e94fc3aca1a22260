"""The sentences and figures of a page about a forecast or an effect as plain text, for the command line."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

from markupsafe import Markup

from dagster_project.errors import SetupError
from dagster_project.release.reader import open_release
from dashboard.pages.looking_ahead.forecast import expectation
from dashboard.pages.looking_ahead.measure import effect_sheet
from dashboard.presentation.lookups import area_of, indicator_of
from dashboard.presentation.route import NotFoundError
from dashboard.reading.board import Board, open_board

_BANDS = ("8 van de 10 keer", "5 van de 10 keer")


def explain_forecast(releases: Path, today: date, indicator: str, region: str | None) -> str:
    """Write the forecast of an indicator in a region, or in the municipality.

    Raises SetupError where nothing is said about it.
    """
    return _explained(releases, today, lambda board: _forecast(board, indicator, region))


def explain_effect(releases: Path, today: date, measure: str) -> str:
    """Write the estimated effect of a measure. Raises SetupError where there is no such measure."""
    return _explained(releases, today, lambda board: _effect(board, measure))


def _explained(releases: Path, today: date, lines: Callable[[Board], Iterable[str]]) -> str:
    release = open_release(releases)
    with closing(release.connection):
        try:
            return "\n".join(lines(open_board(release, today, "")))
        except NotFoundError as error:
            raise SetupError(f"{error}\n  do: choose from what the board shows") from error


def _forecast(board: Board, indicator: str, region: str | None) -> Iterator[str]:
    found = expectation(board, indicator_of(board, indicator), area_of(board, region or board.municipality.code))
    yield f"{found.indicator.label}, {found.area.name}"
    yield from (
        Markup(text).striptags()
        for text in (found.expected, found.verdict, found.error, found.covered, *found.ten_years, found.reason)
        if text
    )
    yield from (sentence for sentence, _ in found.incomplete)
    if found.then:
        yield found.then.title
    if found.methods:
        rows = ((one.name, one.of_period, one.of_year) for one in found.methods)
        yield from _table(("Manier", "Fout per periode", "Fout over een jaar"), rows)
    if found.rows:
        yield from _table(("Verwacht", *_BANDS), ((row.period, row.wide, row.close) for row in found.rows))
    if found.outlook:
        names = ("Jaar", *found.outlook.columns)
        yield from _table(names, ((row.year, *row.cells) for row in found.outlook.rows))


def _effect(board: Board, measure: str) -> Iterator[str]:
    sheet = effect_sheet(board, measure)
    yield f"{sheet.measure.name}, {sheet.area.name}, {sheet.when}"
    if sheet.effect is None or sheet.strength is None:
        yield "Van deze maatregel is nu geen effect te tonen."
        return
    yield sheet.effect.sentence
    yield f"Vergelijking: {sheet.strength.name.lower()} ({sheet.strength.grade}). {sheet.strength.meaning}"
    yield sheet.effect.grade_reason
    yield from (text for text in (sheet.chance, sheet.detectable, sheet.effect.deviations) if text)
    if sheet.rows:
        rows = ((row.label, row.estimate, row.band, row.verdict) for row in sheet.rows)
        yield from _table(("Controle", "Verschil", "8 van de 10 keer", ""), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str | Markup, ...]]) -> Iterator[str]:
    """Write a table in columns of equal width, after an empty line."""
    lines = [
        head,
        *(tuple(Markup(cell).striptags() if isinstance(cell, Markup) else cell for cell in row) for row in rows),
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    yield ""
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
