"""Comparison of marts that were built twice: every row of one in the other by its key, fractions to twelve digits."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from dagster_project.marts.catalogue import Mart, MartColumn
from dagster_project.storage.database import WAREHOUSE, Database
from dagster_project.storage.sql import connect, literal, one_row

# Engines add up in their own order, which shows in the last of a fraction's sixteen digits.
PRECISION = 1e-12

# A database, or a folder with Parquet per mart.
Built = Database | Path


def differing_marts(
    marts: Sequence[Mart], one: Built, other: Built, schema: str | None = None
) -> dict[str, tuple[int, int]]:
    """Count the rows of each mart that the other side lacks, in both directions; equal marts are left out.

    In a database the marts are in their own schemas, or all in the one that is given.
    """
    with connect() as connection:
        _load(connection, marts, "one", one, schema)
        _load(connection, marts, "other", other, schema)
        found = {
            mart.name: (_lacking(connection, mart, "one", "other"), _lacking(connection, mart, "other", "one"))
            for mart in marts
        }
    return {name: counts for name, counts in found.items() if counts != (0, 0)}


def _load(
    connection: duckdb.DuckDBPyConnection, marts: Sequence[Mart], side: str, built: Built, schema: str | None
) -> None:
    """Copy the marts of a side into a schema of its name, in the types of their contracts."""
    connection.execute(f"CREATE SCHEMA {side}")
    if not isinstance(built, Path):
        built.attach(connection)
    for mart in marts:
        assert mart.key, mart.name
        source = (
            f"read_parquet({literal(built / mart.name / '*.parquet')})"
            if isinstance(built, Path)
            else f"{WAREHOUSE}.{schema or mart.schema}.{mart.name}"
        )
        columns = ", ".join(f"{column.name}::{column.data_type} AS {column.name}" for column in mart.columns)
        # So that a row that is there twice lacks its second.
        turn = f"row_number() OVER (PARTITION BY {', '.join(mart.key)}) AS turn"
        connection.execute(f"CREATE TABLE {side}.{mart.name} AS SELECT {columns}, {turn} FROM {source}")
    if not isinstance(built, Path):
        connection.execute(f"DETACH {WAREHOUSE}")


def _lacking(connection: duckdb.DuckDBPyConnection, mart: Mart, one: str, other: str) -> int:
    keys = " AND ".join(f"mine.{name} = theirs.{name}" for name in (*mart.key, "turn"))
    same = " AND ".join(_is_same(column) for column in mart.columns)
    # An anti join on all of it would compare every row with every other one.
    query = (
        f"SELECT count(*) FROM {one}.{mart.name} AS mine LEFT JOIN {other}.{mart.name} AS theirs ON {keys}"
        f" WHERE theirs.turn IS NULL OR ({same}) IS NOT TRUE"
    )
    (count,) = one_row(connection, query)
    return int(count)


def _is_same(column: MartColumn) -> str:
    mine, theirs = f"mine.{column.name}", f"theirs.{column.name}"
    if column.data_type != "double":
        return f"{mine} IS NOT DISTINCT FROM {theirs}"
    near = f"abs({mine} - {theirs}) <= {PRECISION} * greatest(abs({mine}), abs({theirs}))"
    return f"({mine} IS NOT DISTINCT FROM {theirs} OR {near})"
