"""Helpers for writing SQL text and reading small answers from DuckDB."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb

# As much as dbt has in `dbt_models/profiles.yml`; a whole country needs no larger machine than a municipality.
MEMORY = "1GB"
# Codes and labels repeat, which a dictionary serves as well in less space. Trying this one too took a third of the time
# of writing a table. dbt has the same in its profile.
UNUSED_COMPRESSION = "fsst"


def connect(
    file: Path | None = None, *, read_only: bool = False, time_zone: str = "UTC", spill_to: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a database file, or one in memory.

    It works with one thread: a sum of fractions depends on the order of its parts, and on tables of this size a second
    thread doubles the CPU time. With ``spill_to`` more than MEMORY goes to that folder.
    """
    settings: dict[str, Any] = {"threads": 1, "disabled_compression_methods": UNUSED_COMPRESSION}
    if spill_to:
        settings |= {"temp_directory": str(spill_to), "memory_limit": MEMORY}
    connection = duckdb.connect(str(file or ":memory:"), read_only=read_only, config=settings)
    connection.execute(f"SET TimeZone = {literal(time_zone)}")
    return connection


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit everything, or nothing.

    A failed transaction is rolled back here: where the catalogue of a lake is lost, closing its connection would do so
    too, and end the process.
    """
    connection.begin()
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):
            connection.rollback()
        raise
    connection.commit()


def literal(value: object) -> str:
    """Write a value in SQL: a text or a path, a number, a date, a moment with its time zone, a list or None.

    To bind a parameter, DuckDB imports pandas, which costs half a second and 50 MB.
    """
    match value:
        case None:
            return "NULL"
        case bool() | int() | float():
            return str(value)
        case list():
            return "[" + ", ".join(map(literal, value)) + "]"
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Iterable[object]]) -> None:
    """Add rows to a table, whose columns have types that their values can be read as."""
    if values := ["(" + ", ".join(map(literal, row)) + ")" for row in rows]:
        connection.execute(f"INSERT INTO {table} VALUES {', '.join(values)}")


def relation_of(
    connection: duckdb.DuckDBPyConnection, columns: Mapping[str, str], rows: Iterable[Sequence[object]]
) -> duckdb.DuckDBPyRelation:
    """Make a relation of rows; ``columns`` are its names with their types.

    The rows are given as JSON: a bound parameter would import pandas, and literals take seven times as long to read.
    """
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    written = [json.dumps(column, ensure_ascii=False).replace("'", "''") for column in values]
    lists = [
        f"unnest(from_json('{text}', '[\"{kind}\"]')) as {name}"
        for text, (name, kind) in zip(written, columns.items(), strict=True)
    ]
    return connection.sql(f"select {', '.join(lists)}")


def identifier(name: str) -> str:
    """Quote the name of a table or column."""
    return '"' + name.replace('"', '""') + '"'


def parquet(file: Path) -> str:
    """Name a Parquet file as a table."""
    return f"read_parquet({literal(file)})"


def one_row(connection: duckdb.DuckDBPyConnection, query: str, given: Sequence[Any] = ()) -> tuple[Any, ...]:
    """Read the only row of an answer. Raises ValueError if there is none, or more than one."""
    (row,) = connection.execute(query, given).fetchall()
    return row


def rows_of(connection: duckdb.DuckDBPyConnection, query: str, given: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """Read the rows of an answer by column name."""
    answer = connection.execute(query, given)
    names = [column[0] for column in answer.description or []]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


@dataclass(frozen=True)
class Summary:
    """Number of rows and sum of their hashes, in whatever order they are."""

    rows: int
    checksum: str

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, query: str) -> Self:
        """Read all rows of a query."""
        return cls(*one_row(connection, f"SELECT count(*), sum(hash(t)::hugeint)::varchar FROM ({query}) t"))
