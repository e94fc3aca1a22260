"""Helpers for writing SQL text and reading small answers from DuckDB."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb


def literal(text: str | Path) -> str:
    """Quote a text or a path as an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


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
