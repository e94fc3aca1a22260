"""The one way to open a release: read-only, without access to any other file, and independent of how it was made.

The board imports this module alone, so it may not import audit, landing, extract or dbt.
"""

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dagster_project.access import Allowed
from dagster_project.errors import SetupError
from dagster_project.release.readable_rows import TRUE, ReaderScope
from dagster_project.storage.sql import connect, identifier, literal

LATEST = "latest"
DATABASE = "maandvers.duckdb"
NOTE = "release.json"
DATAPACKAGE = "datapackage.json"
# The tables behind the views of a release: every row it was made with, expired or not.
SNAPSHOT = "snapshot"
# Last day on which a row is shown, and each column without limits of its own.
LIMIT = "fresh_until"


class UnreadableReleaseError(SetupError):
    """A release that is not there, is incomplete or is damaged."""


class ReleaseInfo(BaseModel, title=NOTE):
    """Facts about a release, from ``release.json``."""

    release_id: str
    municipality_code: str
    as_of: date
    version: str
    is_fictional: bool
    # Made for the open web: dagster_project/public_edition.
    is_public: bool = False


class _Resource(BaseModel):
    model_config = ConfigDict(populate_by_name=True)


class PublishedColumn(_Resource):
    """A column of a mart."""

    name: str
    type: str
    description: str
    # Name, explanation and unit for readers of Dutch: older releases have none, what is no indicator has no unit.
    label_nl: str = Field("", alias="title")
    definition_nl: str = Field("", alias="explanation")
    unit_nl: str = Field("", alias="unit")
    # Columns with the last day on which this one is shown, and the feeds behind it, where these are not the row's.
    shown_until: tuple[str, ...] = Field((), alias="shownUntil")
    feeds: tuple[str, ...] = ()


class PublishedLicence(_Resource):
    """A licence under which figures of a mart may be used."""

    name: str = Field(alias="title")
    url: str = Field(alias="path")


class Source(_Resource):
    """A feed behind a mart, with the name of its publisher."""

    feed: str = Field(alias="path")
    publisher: str = Field(alias="title")
    licence: PublishedLicence = Field(alias="license")
    # The team or address that answers questions about it.
    contact: str


class _Reference(_Resource):
    mart: str = Field(alias="resource")
    columns: tuple[str, ...] = Field(alias="fields")


class ForeignKey(_Resource):
    """Columns of a mart that are the key of another one."""

    columns: tuple[str, ...] = Field(alias="fields")
    reference: _Reference


class _Schema(_Resource):
    columns: tuple[PublishedColumn, ...] = Field(alias="fields")
    key: tuple[str, ...] = Field(alias="primaryKey")
    foreign_keys: tuple[ForeignKey, ...] = Field((), alias="foreignKeys")


class PublishedMart(_Resource):
    """A published table, from ``datapackage.json``."""

    name: str
    label_nl: str = Field(alias="title")
    description: str
    description_nl: str = Field("", alias="explanation")
    csv_file: str = Field(alias="path")
    table: _Schema = Field(alias="schema")
    sources: tuple[Source, ...]
    licences: tuple[PublishedLicence, ...] = Field(alias="licenses")
    scope: ReaderScope

    @property
    def columns(self) -> tuple[PublishedColumn, ...]:
        """Its columns in order."""
        return self.table.columns

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that identify a row."""
        return self.table.key

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """Its columns that are the keys of other marts."""
        return self.table.foreign_keys

    def shown_columns(self, day: str) -> list[str]:
        """Select its columns as shown on a day, an expression in SQL: those that expired are empty."""
        fresh = {column.name: _are_fresh(column.shown_until, day) for column in self.columns}
        return [
            f"CASE WHEN {until} THEN {identifier(name)} END AS {identifier(name)}" if until else identifier(name)
            for name, until in fresh.items()
        ]

    def is_shown(self, day: str) -> str:
        """Condition for rows that show something on a day, an expression in SQL; definitions do not age."""
        still = [
            f"{identifier(column.name)} IS NOT NULL AND {_are_fresh(column.shown_until, day)}"
            for column in self.columns
            if column.shown_until
        ]
        if any(column.name == LIMIT for column in self.columns):
            still.append(f"{LIMIT} >= {day}")
        return " OR ".join(still) or TRUE

    def shown_on(self, day: date) -> str:
        """The query for rows that show something on a day, without their expired columns."""
        columns = ", ".join(self.shown_columns(literal(day)))
        return f"SELECT {columns} FROM release.{SNAPSHOT}.{identifier(self.name)} WHERE {self.is_shown(literal(day))}"


def _are_fresh(limits: Iterable[str], day: str) -> str:
    return " AND ".join(f"{identifier(limit)} >= {day}" for limit in limits)


class PublishedQuestion(_Resource):
    """A question in Dutch, with the SQL on the marts of the release that answers it."""

    name: str
    # Theme of the dictionary, or 'kpi'.
    theme: str
    question_nl: str = Field(alias="question")
    sql: str


class Catalogue(_Resource, title=DATAPACKAGE):
    """The marts of a release and the days until which they may be shown, from ``datapackage.json``."""

    release_id: str = Field(alias="version")
    title: str
    created: datetime
    # Last days on which the release shows all of its figures, and any of them; None without figures that expire.
    complete_until: date | None = Field(alias="completeUntil")
    expires_after: date | None = Field(alias="expiresAfter")
    # Codes of all themes, whether the release has figures of them or not.
    themes: tuple[str, ...]
    resources: tuple[PublishedMart, ...]
    # None in a release of an earlier version.
    questions: tuple[PublishedQuestion, ...] = ()
    # Of a public edition: the names that must be mentioned with its figures, and its licences.
    attribution: str | None = None
    licences: tuple[PublishedLicence, ...] = Field((), alias="licenses")

    @property
    def marts(self) -> dict[str, PublishedMart]:
        """The marts by name."""
        return {mart.name: mart for mart in self.resources}


@dataclass(frozen=True)
class Release:
    """An open release."""

    folder: Path
    info: ReleaseInfo
    catalogue: Catalogue
    # In UTC; unqualified names are views, which show no expired figure. Not to be shared between threads.
    connection: duckdb.DuckDBPyConnection
    # Schemas of the memory database with views, which all connections to this release share.
    _schemas: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def marts(self) -> dict[str, PublishedMart]:
        """The marts by name."""
        return self.catalogue.marts

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Open another connection to the same release, for another thread."""
        cursor = self.connection.cursor()
        cursor.execute("USE release")
        return cursor

    def shown_on(self, day: date, allowed: Allowed | None = None) -> duckdb.DuckDBPyConnection:
        """Open another connection, for another thread, in which unqualified names are the marts as shown on a day.

        With ``allowed``, to readers who may see these pairs of theme and level. The views of the release itself
        follow the database's own date.
        """
        cursor = self.connection.cursor()
        schema = f"memory.on_{day:%Y_%m_%d}"
        self._make_views(cursor, schema, {mart.name: mart.shown_on(day) for mart in self.marts.values()})
        if allowed is not None:
            shown = schema
            schema = f"{shown}_to_{hashlib.sha256(repr(sorted(allowed)).encode()).hexdigest()[:16]}"
            self._make_views(cursor, schema, self._shown_to(allowed, shown))
        cursor.execute(f"USE {schema}")
        return cursor

    def _shown_to(self, allowed: Allowed, schema: str) -> dict[str, str]:
        themes = self.catalogue.themes
        return {
            mart.name: f"SELECT * FROM {schema}.{identifier(mart.name)}"
            f" WHERE {mart.scope.rows_for(themes, allowed, f'{schema}.')}"
            for mart in self.marts.values()
        }

    def _make_views(self, cursor: duckdb.DuckDBPyConnection, schema: str, queries: dict[str, str]) -> None:
        with self._lock:
            if schema not in self._schemas:
                cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                for name, query in queries.items():
                    cursor.execute(f"CREATE VIEW IF NOT EXISTS {schema}.{identifier(name)} AS {query}")
                self._schemas.add(schema)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def open_release(releases: Path, release_id: str = LATEST) -> Release:
    """Open a release of an installation's folder ``releases``, by id or the latest.

    Raises UnreadableReleaseError if it is missing, incomplete or damaged.
    """
    if release_id == LATEST and not (releases / LATEST).exists():
        raise UnreadableReleaseError(f"{releases} has no latest release\n  do: run for one")
    folder = (releases / release_id).resolve()
    try:
        info = ReleaseInfo.model_validate_json((folder / NOTE).read_bytes())
        catalogue = Catalogue.model_validate_json((folder / DATAPACKAGE).read_bytes())
    except (OSError, ValidationError) as error:
        raise _unreadable(folder, error) from error
    connection = open_databases(release=folder / DATABASE)
    try:
        connection.execute("USE release")
        views = "SELECT view_name FROM duckdb_views() WHERE database_name = 'release' AND NOT internal"
        known = {name for (name,) in connection.execute(views).fetchall()}
    except duckdb.Error as error:
        connection.close()
        raise _unreadable(folder, error) from error
    if missing := catalogue.marts.keys() - known:
        connection.close()
        raise _unreadable(folder, ValueError(f"{DATABASE} lacks {', '.join(sorted(missing))}"))
    return Release(folder, info, catalogue, connection)


def open_databases(**databases: Path) -> duckdb.DuckDBPyConnection:
    """Open database files of releases read-only, each under its name, in a connection that reaches no other file.

    The connection has a memory database for temporary tables. Raises UnreadableReleaseError.
    """
    connection = connect()
    try:
        for name, file in databases.items():
            connection.execute(f"ATTACH {literal(file)} AS {identifier(name)} (READ_ONLY)")
        # Cursors inherit global settings only.
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        connection.close()
        raise _unreadable(file.parent, error) from error
    return connection


@dataclass
class ReleaseWatch:
    """The latest release of an installation, opened again whenever ``latest`` points to another one.

    If the new release cannot be opened, the last one that could keeps answering. Threads may share a watch; each takes
    its own cursor. A replaced release is closed once its last cursor is gone.
    """

    releases: Path
    # Why the release that ``latest`` points to cannot be opened; None if it is the one that answers.
    problem: str | None = None
    _release: Release | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self) -> Release:
        """Return the newest release that opens. Raises UnreadableReleaseError if none ever did."""
        with self._lock:
            folder = (self.releases / LATEST).resolve()
            if self._release is None or self._release.folder != folder:
                try:
                    self._release, self.problem = open_release(self.releases), None
                except UnreadableReleaseError as error:
                    if self._release is None:
                        raise
                    self.problem = str(error)
            else:
                self.problem = None
            return self._release


def written(query: str, **values: object) -> str:
    """Write values into a query where it names them in braces; a list as its items: ``code in ({codes})``.

    Bound parameters make DuckDB import pandas, which takes 100 MB and the time of the first page; and only literal
    lists are compared while a file is read.
    """
    return query.format(
        **{
            name: ", ".join(map(literal, value)) or "NULL" if isinstance(value, list) else literal(value)
            for name, value in values.items()
        }
    )


def _unreadable(folder: Path, error: Exception) -> UnreadableReleaseError:
    return UnreadableReleaseError(
        f"release {folder.name} cannot be opened: {_reason(error)}\n"
        "  do: put it back from your back-up, or run for a new release"
    )


def _reason(error: Exception) -> str:
    """An error in one line; of a file that was made by another version, its first difference alone."""
    if isinstance(error, ValidationError):
        first, *others = error.errors(include_url=False, include_input=False)
        place = f" at {'.'.join(map(str, first['loc']))}" if first["loc"] else ""
        more = f", and {len(others)} more" if others else ""
        return f"{error.title}: {first['msg']}{place}{more}"
    return " ".join(str(error).split())
