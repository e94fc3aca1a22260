"""The graph of models, seeds and raw tables of a release, from dbt's manifest."""

import json
import posixpath
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import BaseModel

Kind = Literal["model", "seed", "source"]


class Node(BaseModel):
    """A model, a seed or a raw table."""

    name: str
    kind: Kind
    schema_name: str
    # Relative to the folder that has models and seeds; of a raw table, its contract.
    file: str
    reads: list[str]
    # Of a model with a row per indicator: the indicators in it.
    indicators: set[str] | None = None

    @property
    def table(self) -> str:
        """Its name in queries."""
        return f"{self.schema_name}.{self.name}"


class Lineage(BaseModel):
    """Every node by its id."""

    nodes: dict[str, Node]

    @classmethod
    def of(cls, manifest_file: Path) -> "Lineage":
        """Read dbt's manifest."""
        manifest = json.loads(manifest_file.read_bytes())
        found = {**manifest["nodes"], **manifest["sources"]}
        nodes = {
            node_id: Node(
                name=node["name"],
                kind=node["resource_type"],
                schema_name=node["schema"],
                file=posixpath.normpath(f"dbt_models/{node['original_file_path']}"),
                reads=[other for other in manifest["parent_map"].get(node_id, []) if other in found],
            )
            for node_id, node in found.items()
            if node["resource_type"] in ("model", "seed", "source")
        }
        return cls(nodes=nodes)

    def note_indicators(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Look up in the warehouse which indicators each model has."""
        query = "SELECT schema_name || '.' || table_name FROM duckdb_columns() WHERE column_name = 'indicator_code'"
        having = {name for (name,) in connection.execute(query).fetchall()}
        for node in self.nodes.values():
            if node.kind == "model" and node.table in having:
                query = f"SELECT DISTINCT indicator_code FROM {node.table} WHERE indicator_code IS NOT NULL"
                codes = connection.execute(query).fetchall()
                node.indicators = {code for (code,) in codes}

    def ancestors(self, mart: str) -> list[str]:
        """List a mart and everything it is computed from, each node before all that it reads."""
        order: list[str] = []
        seen: set[str] = set()

        def visit(node_id: str) -> None:
            if node_id not in seen:
                seen.add(node_id)
                for other in self.nodes[node_id].reads:
                    visit(other)
                order.append(node_id)

        visit(f"model.maandvers.{mart}")
        return order[::-1]

    def ancestor_tables(self, mart: str) -> set[str]:
        """Name the tables of a mart and of everything it is computed from, as ``schema.table``."""
        return {self.nodes[node_id].table for node_id in self.ancestors(mart)}

    def between(self, mart: str, tables: Collection[str], indicators: Collection[str]) -> list[str]:
        """List the nodes on any path from a mart to these raw tables, given as ``raw_supplier.table``.

        Models of other indicators than these are not on the path.
        """
        ancestors = [node_id for node_id in self.ancestors(mart) if self._may_have(node_id, indicators)]
        reached = self._reachable(mart, self._descendants(tables, ancestors))
        return [node_id for node_id in ancestors if node_id in reached]

    def _descendants(self, tables: Collection[str], among: Collection[str]) -> set[str]:
        """Of some nodes, these raw tables and everything computed from one of them."""
        found = {node_id for node_id in among if self.nodes[node_id].table in tables}
        grows = True
        while grows:
            more = {node_id for node_id in among if found.intersection(self.nodes[node_id].reads)} - found
            found |= more
            grows = bool(more)
        return found

    def _may_have(self, node_id: str, indicators: Collection[str]) -> bool:
        own = self.nodes[node_id].indicators
        return own is None or not indicators or not own.isdisjoint(indicators)

    def _reachable(self, mart: str, among: Collection[str]) -> set[str]:
        """Of some nodes, those that a mart reaches through these alone."""
        reached: set[str] = set()
        waiting = [f"model.maandvers.{mart}"]
        while waiting:
            node_id = waiting.pop()
            if node_id in among and node_id not in reached:
                reached.add(node_id)
                waiting += self.nodes[node_id].reads
        return reached
