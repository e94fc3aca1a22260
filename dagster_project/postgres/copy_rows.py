"""Rows of a release in the text format of COPY, written by DuckDB: a line per row, a tab between values."""

from collections.abc import Iterator, Mapping

import duckdb

from dagster_project.postgres.ddl import ReaderTable
from dagster_project.storage.sql import identifier

# Lines that are sent at once.
BATCH = 20_000
NULL = r"'\N'"
# Characters that a text may not contain as they are, and the form in which COPY reads them.
ESCAPES = {r"'\'": r"'\\'", "chr(9)": r"'\t'", "chr(10)": r"'\n'", "chr(13)": r"'\r'"}


def lines_of(connection: duckdb.DuckDBPyConnection, table: ReaderTable) -> Iterator[str]:
    """Read the rows of a table as lines for COPY, some thousands at a time."""
    answer = connection.execute(f"SELECT {_line(table.columns)} FROM ({table.select})")
    while lines := answer.fetchmany(BATCH):
        yield "".join(line for (line,) in lines)


def _line(columns: Mapping[str, str]) -> str:
    values = (_value(identifier(column), data_type) for column, data_type in columns.items())
    return f"concat_ws(chr(9), {', '.join(values)}) || chr(10)"


def _value(column: str, data_type: str) -> str:
    text = f"{column}::varchar"
    if data_type == "text":
        for character, escape in ESCAPES.items():
            text = f"replace({text}, {character}, {escape})"
    return f"coalesce({text}, {NULL})"
