"""Comparison of marts that two engines built: every row of one in the other, fractions to twelve digits."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from dagster_project.marts.catalogue import Mart, MartColumn
from dagster_project.storage.sql import connect, literal, one_row

# Engines add up in their own order, which shows in the last of a fraction's sixteen digits.
PRECISION = 1e-12


def differing_marts(marts: Sequence[Mart], warehouse: Path, folder: Path) -> Mapping[str, tuple[int, int]]:
    """Count the rows of each mart that the other side lacks: those of a DuckDB file, and of Parquet per mart.

    Equal marts are left out.
    """
    with connect() as connection:
        # Views name their database by this name.
        connection.execute(f"ATTACH {literal(warehouse)} AS warehouse (READ_ONLY)")
        found = {}
        for mart in marts:
            sides = f"warehouse.{mart.schema}.{mart.name}", f"read_parquet({literal(folder / mart.name / '*.parquet')})"
            found[mart.name] = lacking(connection, mart, *sides), lacking(connection, mart, *reversed(sides))
    return {name: counts for name, counts in found.items() if any(counts)}


def lacking(connection: duckdb.DuckDBPyConnection, mart: Mart, one: str, other: str) -> int:
    """Count the rows of one relation that the other lacks; both are joined on the key of the mart, which is filled."""
    assert mart.key, mart.name
    keys = " AND ".join(f"one.{name} = other.{name}" for name in mart.key)
    same = " AND ".join(_is_same(column) for column in mart.columns)
    query = f"SELECT count(*) FROM {one} AS one LEFT JOIN {other} AS other ON {keys}"
    return int(one_row(connection, f"{query} WHERE other.{mart.key[0]} IS NULL OR NOT coalesce({same}, false)")[0])


def _is_same(column: MartColumn) -> str:
    one, other = f"one.{column.name}", f"other.{column.name}"
    if column.data_type != "double":
        return f"{one} IS NOT DISTINCT FROM {other}::{column.data_type}"
    near = f"abs({one} - {other}) <= {PRECISION} * greatest(abs({one}), abs({other}))"
    return f"({one} IS NOT DISTINCT FROM {other} OR {near})"
