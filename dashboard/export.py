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

from dagster_project.access import Allowed, ReadAccess
from dagster_project.errors import SetupError
from dagster_project.release.readable_rows import FALSE
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


@dataclass(frozen=True)
class ExportGroup:
    """Readers of an export, and the pairs of theme and level that they may see."""

    name: str
    allowed: Allowed

    def hidden_marts(self, release: Release) -> list[str]:
        """Marts of which they may see no row."""
        themes = release.catalogue.themes
        return [name for name, mart in release.marts.items() if mart.scope.rows_for(themes, self.allowed) == FALSE]


def group_of(access: ReadAccess, name: str, release: Release) -> ExportGroup:
    """The readers of a group in the settings. Raises SetupError for a group without a rule."""
    if name not in access.groups:
        known = ", ".join(access.groups) or "none: [access] has no rule for a group"
        raise SetupError(
            f"--group: no rule is for '{name}'\n  expected: {known}\n"
            "  do: name one of these, or give it themes in [access.groups] of maandvers.toml"
        )
    return ExportGroup(name, access.allowed((name,), release.catalogue.themes))


def export_marts(
    release: Release,
    today: date,
    folder: Path,
    names: Sequence[str],
    form: str,
    group: ExportGroup | None = None,
    most_rows: int = downloads.MOST_ROWS,
) -> Iterator[ExportedMart]:
    """Write marts as they may be shown today, to a group if one is given, all of them if none is named.

    A mart with more rows than a sheet of Excel holds is written as CSV. Raises SetupError for a name that is no mart,
    or one of which the group may see nothing.
    """
    if unknown := [name for name in names if name not in release.marts]:
        raise SetupError(f"no mart is called {', '.join(unknown)}\n  do: choose from {', '.join(release.marts)}")
    hidden = group.hidden_marts(release) if group else []
    if group and (refused := [name for name in names if name in hidden]):
        raise SetupError(
            f"group '{group.name}' may not see {', '.join(refused)}: each row has figures of a theme or level"
            " that no rule lets it see\n  do: leave it out, or widen the rule of that group in [access]"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"{folder} cannot be a folder: {error.strerror}\n  do: name another") from error
    cursor = release.shown_on(today, group.allowed if group else None)
    for name in names or [name for name in release.marts if name not in hidden]:
        mart = release.marts[name]
        (rows,) = cursor.execute(written(f"select count(*) from {name}")).fetchall()[0]
        is_too_long = form == XLSX and rows >= most_rows
        used = CSV if is_too_long else form
        file = folder / f"{name}.{_ENDINGS[used]}"
        unfinished = file.with_name(f".{file.name}.part")
        with unfinished.open("wb") as opened:
            write = downloads.write_csv if used == CSV else downloads.write_xlsx
            write(table_of(release, cursor, mart, today, group=group), opened)
        unfinished.replace(file)
        note = f"more rows than Excel reads ({most_rows:,} with the heading), so as CSV" if is_too_long else None
        yield ExportedMart(file, rows, note)


def table_of(
    release: Release,
    cursor: duckdb.DuckDBPyConnection,
    mart: PublishedMart,
    today: date,
    *,
    is_partial: bool = False,
    group: ExportGroup | None = None,
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
    if group:
        facts.append(("Voor", f"Groep '{group.name}': alleen de regels die deze groep mag zien"))
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
