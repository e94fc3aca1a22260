"""What a figure would be without some rows, or with an empty cell: by this is known which of them it stands on.

Only the models between the figure and its raw tables are computed anew, in memory; all else is read where it stands.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import duckdb

from dagster_project.lineage.graph import Lineage
from dagster_project.lineage.question import row_with_key


@dataclass(frozen=True)
class Target:
    """A value of a model: its column, and the key of its row."""

    node_id: str
    column: str
    key: Mapping[str, Any]


@dataclass
class WhatIf:
    """A target and the raw tables under it, from which rows and cells can be taken away."""

    connection: duckdb.DuckDBPyConnection
    lineage: Lineage
    target: Target
    columns: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def opened(cls, warehouse: Path, lineage: Lineage, target: Target, tables: Collection[str]) -> Iterator[Self]:
        """Let the models from the raw tables up to the target be views, over copies of those tables."""
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"ATTACH '{warehouse}' AS built (READ_ONLY)")
            # By this name the models call each other.
            connection.execute("ATTACH ':memory:' AS warehouse")
            connection.execute("USE warehouse")
            found = cls(connection, lineage, target)
            found._make(target.node_id, lineage.over(tables, lineage.nodes), tables, set())
            yield found

    def _make(self, node_id: str, over: Collection[str], tables: Collection[str], made: set[str]) -> None:
        if node_id in made:
            return
        made.add(node_id)
        node = self.lineage.nodes[node_id]
        is_computed = node.kind == "model" and bool(node.sql) and (node_id in over or not node.is_table)
        for other in node.reads if is_computed else ():
            self._make(other, over, tables, made)
        self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {node.schema_name}")
        if node.table in tables:
            kept = f"CREATE TABLE {node.schema_name}.kept_{node.name}"
            self.connection.execute(f"{kept} AS SELECT *, row_number() OVER () AS row_id FROM built.{node.table}")
            columns = self.connection.execute(f"DESCRIBE built.{node.table}").fetchall()
            self.columns[node.table] = [row[0] for row in columns]
            self._show(node.table, "true", {})
        elif is_computed:
            # What does not change need not be computed at every trial.
            kind = "VIEW" if node_id in over else "TABLE"
            self.connection.execute(f"CREATE {kind} {node.table} AS {node.sql}")
        else:
            self.connection.execute(f"CREATE VIEW {node.table} AS SELECT * FROM built.{node.table}")

    def value(self) -> object:
        """The value as things stand; None where the row is not there."""
        node = self.lineage.nodes[self.target.node_id]
        row = row_with_key(self.connection, node.table, dict(self.target.key))
        return row[self.target.column] if row else None

    def without_rows(self, table: str, rows: Collection[int]) -> object:
        """The value if these rows had not come."""
        return self._changed(table, f"row_id NOT IN ({', '.join(map(str, rows))})", {})

    def without_cells(self, table: str, row: int, columns: Collection[str]) -> object:
        """The value if these cells of a row were empty."""
        emptied = {name: f"CASE WHEN row_id <> {row} THEN {name} END" for name in columns}
        return self._changed(table, "true", emptied)

    def _changed(self, table: str, condition: str, instead: Mapping[str, str]) -> object:
        self._show(table, condition, instead)
        try:
            return self.value()
        finally:
            self._show(table, "true", {})

    def _show(self, table: str, condition: str, instead: Mapping[str, str]) -> None:
        schema, _, name = table.partition(".")
        select = ", ".join(f"{instead.get(column, column)} AS {column}" for column in self.columns[table])
        self.connection.execute(
            f"CREATE OR REPLACE VIEW {table} AS SELECT {select} FROM {schema}.kept_{name} WHERE {condition}"
        )
