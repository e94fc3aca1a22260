"""The marts of a release: what each is about, its columns, and the files that hold all of it."""

import tempfile
from collections.abc import Iterator

from dagster_project.release.readable_rows import FALSE
from dagster_project.release.reader import PublishedMart
from dashboard import downloads, export
from dashboard.presentation.page_rendering import render
from dashboard.presentation.route import ForbiddenError, NotFoundError, Query, Rendered
from dashboard.reading.board import Board

_CSV, _XLSX = "csv", "xlsx"
_MEDIA_TYPES = {
    _CSV: "text/csv; charset=utf-8",
    _XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A workbook of more rows keeps a processor busy for minutes.
_MOST_ROWS = 100_000
# Bytes of a workbook that are sent at a time.
_PART = 65_536


def marts(board: Board, query: Query) -> Rendered:
    """List all marts."""
    values = {"marts": sorted(board.release.marts.values(), key=lambda mart: mart.label_nl.casefold())}
    return render("marts.html", board, "/bron", None, values)


def mart(board: Board, query: Query) -> Rendered:
    """Show the columns of a mart, with its files."""
    found = _mart(board, query)
    values = {"mart": found, "fits_in_workbook": _rows(board, found) <= _MOST_ROWS}
    return render("mart.html", board, "/bron", None, values)


def mart_file(board: Board, query: Query) -> Rendered:
    """Write a whole mart as its reader may see it today; its rows are read while they are sent."""
    try:
        found, form = _mart(board, query), query.path["form"]
        if form not in _MEDIA_TYPES:
            raise NotFoundError("Deze tabel is er als .csv en .xlsx.")
        rows = _rows(board, found)
        if not rows and found.scope.rows_for(board.release.catalogue.themes, board.allowed) == FALSE:
            raise ForbiddenError(f"De tabel {found.label_nl} is alleen voor bepaalde groepen.", _closed(board, found))
        if form == _XLSX and rows > _MOST_ROWS:
            raise NotFoundError("Deze tabel is te groot voor Excel. Neem het bestand als .csv.")
        until = export.last_day(board.cursor, found, board.today)
        table = export.table_of(board.release, board.cursor, found, board.today, is_partial=board.is_restricted)
        parts = downloads.csv_parts(table) if form == _CSV else _workbook(table)
    except BaseException:
        board.cursor.close()
        raise
    name, themes = f"{found.name}.{form}", frozenset(_open(board, found))
    return Rendered(b"", _MEDIA_TYPES[form], until, name, themes=themes, parts=_closing(board, parts))


def _mart(board: Board, query: Query) -> PublishedMart:
    name = query.path["mart"]
    if name not in board.release.marts:
        raise NotFoundError("Deze tabel is niet in de uitgave. Kies er een uit de lijst van tabellen.")
    return board.release.marts[name]


def _rows(board: Board, mart: PublishedMart) -> int:
    ((count,),) = board.rows(f"select count(*) from {mart.name}")
    return int(count)


def _open(board: Board, mart: PublishedMart) -> set[str]:
    """The themes of a mart that its reader may see at some level."""
    known = {theme.code for theme in board.open_themes}
    return known if mart.scope.theme_of_row else known.intersection(mart.scope.themes)


def _closed(board: Board, mart: PublishedMart) -> str:
    """A theme of a mart that its reader may not see."""
    return next(theme for theme in mart.scope.themes or board.themes if theme not in _open(board, mart))


def _workbook(table: downloads.Table) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        downloads.write_xlsx(table, file)
        file.seek(0)
        while part := file.read(_PART):
            yield part


def _closing(board: Board, parts: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from parts
    finally:
        board.cursor.close()
