"""Foreign keys between the marts of a release: those of which every row finds the definition that it refers to."""

from collections.abc import Mapping, Sequence

import duckdb

from dagster_project.marts.catalogue import Mart
from dagster_project.storage.sql import one_row

# Per mart: its columns, the mart that each refers to, and the key of that mart.
ForeignKeys = Mapping[str, Sequence[tuple[str, str, str]]]


def foreign_keys_of(connection: duckdb.DuckDBPyConnection, marts: Sequence[Mart], schema: str) -> ForeignKeys:
    """Return the foreign keys that hold in the tables of a schema.

    While the key figures are withheld, other feeds may have regions that no definition has.
    """
    keys = {mart.name: mart.key[0] for mart in marts if len(mart.key) == 1}
    return {
        mart.name: [
            (column, other, keys[other])
            for column, other in mart.foreign_keys
            if other in keys and _holds(connection, f"{schema}.{mart.name}", column, f"{schema}.{other}", keys[other])
        ]
        for mart in marts
    }


def _holds(connection: duckdb.DuckDBPyConnection, table: str, column: str, other: str, key: str) -> bool:
    orphans = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL EXCEPT SELECT {key} FROM {other}"
    (count,) = one_row(connection, f"SELECT count(*) FROM ({orphans})")
    return not count
