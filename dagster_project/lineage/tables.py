"""Comparison of two Parquet files that should have the same rows in the same order."""

from pathlib import Path

import duckdb

from dagster_project.storage.sql import connect, one_row


def first_difference(kept: Path, again: Path) -> str | None:
    """Describe the first difference between two files, or None if every row is equal."""
    with connect() as connection:
        connection.read_parquet(str(kept), file_row_number=True).create_view("kept")
        connection.read_parquet(str(again), file_row_number=True).create_view("again")
        kept_columns, columns = _columns(connection, "kept"), _columns(connection, "again")
        if kept_columns != columns:
            return f"it has the columns {', '.join(kept_columns)}, its payload gives {', '.join(columns)}"
        kept_rows, rows = _rows(connection, "kept"), _rows(connection, "again")
        if kept_rows != rows:
            return f"it has {kept_rows:,} rows, its payload gives {rows:,}"
        row = connection.execute("""
            SELECT kept, again FROM kept INNER JOIN again USING (file_row_number)
            WHERE kept IS DISTINCT FROM again ORDER BY file_row_number LIMIT 1
        """).fetchone()
    if row is None:
        return None
    own, other = row
    name = next(name for name in columns if own[name] != other[name])
    return f"in row {own['file_row_number'] + 1:,} column {name} is {own[name]!r}, its payload gives {other[name]!r}"


def _columns(connection: duckdb.DuckDBPyConnection, view: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE {view}").fetchall()]


def _rows(connection: duckdb.DuckDBPyConnection, view: str) -> int:
    count: int = one_row(connection, f"SELECT count(*) FROM {view}")[0]
    return count
