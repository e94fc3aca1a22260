"""Comparison of the marts in two databases: every row of one in the other, fractions to twelve digits."""

from collections.abc import Sequence

import duckdb

from dagster_project.marts.catalogue import Mart, MartColumn
from dagster_project.storage.database import WAREHOUSE, Database
from dagster_project.storage.sql import connect, one_row


def differing_marts(
    marts: Sequence[Mart], one: Database, other: Database, schema: str | None = None
) -> dict[str, tuple[int, int]]:
    """Count the rows of each mart that the other database lacks, in both directions; equal marts are left out.

    The marts are in their own schemas, or all in the one that is given.
    """
    with connect() as connection:
        for name, database in (("one", one), ("other", other)):
            database.attach(connection)
            connection.execute(f"CREATE SCHEMA {name}")
            for mart in marts:
                columns = ", ".join(map(_compared, mart.columns))
                rows = f"SELECT {columns} FROM {WAREHOUSE}.{schema or mart.schema}.{mart.name}"
                connection.execute(f"CREATE TABLE {name}.{mart.name} AS {rows}")
            connection.execute(f"DETACH {WAREHOUSE}")
        found = {
            mart.name: (_lacking(connection, mart, "one", "other"), _lacking(connection, mart, "other", "one"))
            for mart in marts
        }
    return {name: counts for name, counts in found.items() if counts != (0, 0)}


def _compared(column: MartColumn) -> str:
    """A fraction as text of twelve digits: the order in which it was added up is another with each engine."""
    if column.data_type == "double":
        return f"printf('%.12g', {column.name}) AS {column.name}"
    return f"{column.name}::{column.data_type} AS {column.name}"


def _lacking(connection: duckdb.DuckDBPyConnection, mart: Mart, one: str, other: str) -> int:
    query = f"SELECT count(*) FROM (FROM {one}.{mart.name} EXCEPT ALL FROM {other}.{mart.name})"
    (count,) = one_row(connection, query)
    return int(count)
