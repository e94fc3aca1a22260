"""Whole marts of a release as Excel workbooks or Dutch CSV: what may be shown today, with what each column means.

They are made on request and not in each release: writing the workbooks of the sample takes as long as its whole run,
and a workbook that lies ready would go on showing what expires.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

import duckdb

from dagster_project.errors import SetupError
from dagster_project.release.reader import LIMIT, PublishedColumn, PublishedMart, Release, written
from dashboard import downloads
from dashboard.words import periods

# Forms by the name of the option, with the ending of their files.
XLSX, CSV = "xlsx", "csv-nl"
_ENDINGS = {XLSX: "xlsx", CSV: "csv"}
_HEADINGS = ("Kolom", "Omschrijving", "Eenheid", "Naam in de tabellen", "Bron", "Licentie", "Toonbaar tot en met")
# Rows that are read at a time.
_BATCH = 10_000


@dataclass(frozen=True)
class ExportedMart:
    """A written file; ``note`` says where it is in another form than asked."""

    file: Path
    rows: int
    note: str | None = None


def export_marts(
    release: Release, today: date, folder: Path, names: Sequence[str], form: str, most_rows: int = downloads.MOST_ROWS
) -> Iterator[ExportedMart]:
    """Write marts as they may be shown today to a folder, all of them if none is named.

    A mart with more rows than a sheet of Excel holds is written as CSV. Raises SetupError for a name that is no mart.
    """
    if unknown := [name for name in names if name not in release.marts]:
        raise SetupError(f"no mart is called {', '.join(unknown)}\n  do: choose from {', '.join(release.marts)}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"{folder} cannot be a folder: {error.strerror}\n  do: name another") from error
    cursor = release.shown_on(today)
    for name in names or release.marts:
        mart = release.marts[name]
        (rows,) = cursor.execute(written(f"select count(*) from {name}")).fetchall()[0]
        is_too_long = form == XLSX and rows >= most_rows
        used = CSV if is_too_long else form
        file = folder / f"{name}.{_ENDINGS[used]}"
        unfinished = file.with_name(f".{file.name}.part")
        with unfinished.open("wb") as opened:
            write = downloads.write_csv if used == CSV else downloads.write_xlsx
            write(table_of(release, cursor, mart, today), opened)
        unfinished.replace(file)
        note = f"more rows than Excel reads ({most_rows:,} with the heading), so as CSV" if is_too_long else None
        yield ExportedMart(file, rows, note)


def table_of(
    release: Release, cursor: duckdb.DuckDBPyConnection, mart: PublishedMart, today: date, *, is_partial: bool = False
) -> downloads.Table:
    """Read a mart as the cursor shows it, with what must be known to use it."""
    limits = _limits(cursor, mart)
    until = min((limit for limit in limits.values() if limit), default=None)
    facts = [
        ("Tabel", mart.name),
        ("Inhoud", mart.description_nl or mart.description),
        ("Gemeente", release.info.municipality_code),
        ("Uitgave", release.info.release_id),
        ("Gemaakt op", periods.day(today)),
    ]
    if until:
        facts.append(("Toonbaar tot en met", f"{periods.day(until)}; daarna: haal een nieuw bestand op"))
    if is_partial:
        facts.append(("Niet alles", "Cijfers die niet voor u zijn, ontbreken."))
    if release.info.is_fictional:
        facts.append(("Let op", "Voorbeeldgemeente: alle cijfers zijn verzonnen."))
    definitions = tuple(_definition(mart, column, limits) for column in mart.columns)
    columns = tuple(downloads.Column(column.name, column.label_nl or column.name) for column in mart.columns)
    return downloads.Table(mart.label_nl, columns, _rows(cursor, mart), tuple(facts), _HEADINGS, definitions)


def _rows(cursor: duckdb.DuckDBPyConnection, mart: PublishedMart) -> Iterator[tuple[downloads.Value, ...]]:
    reading = cursor.execute(f"from {mart.name}")
    return chain.from_iterable(iter(lambda: reading.fetchmany(_BATCH), []))


def last_day(cursor: duckdb.DuckDBPyConnection, mart: PublishedMart, today: date) -> date | None:
    """Find the first day after which a part of a mart may not be shown any more; None where nothing ages."""
    return min((limit for limit in _limits(cursor, mart).values() if limit and limit >= today), default=None)


def _limits(cursor: duckdb.DuckDBPyConnection, mart: PublishedMart) -> dict[str, date | None]:
    """Find the earliest last day in each column of last days."""
    names = {LIMIT} & {column.name for column in mart.columns}
    names |= {limit for column in mart.columns for limit in column.shown_until}
    if not names:
        return {}
    listed = sorted(names)
    (found,) = cursor.execute(f"select {', '.join(f'min({name})' for name in listed)} from {mart.name}").fetchall()
    return dict(zip(listed, found, strict=True))


def _definition(
    mart: PublishedMart, column: PublishedColumn, limits: dict[str, date | None]
) -> tuple[downloads.Value, ...]:
    sources = [source for source in mart.sources if not column.feeds or source.feed in column.feeds]
    ends = [limit for name in column.shown_until or (LIMIT,) if (limit := limits.get(name))]
    return (
        column.label_nl or column.name,
        column.definition_nl,
        column.unit_nl,
        column.name,
        "; ".join(dict.fromkeys(source.publisher for source in sources)),
        "; ".join(dict.fromkeys(source.licence.name for source in sources)),
        min(ends, default=None),
    )
