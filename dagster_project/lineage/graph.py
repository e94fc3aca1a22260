"""The way of a figure through the models, as dbt's manifest tells it: what reads what, where, and by which SQL."""

import json
import posixpath
from collections.abc import Collection, Iterable
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
    # Below the folder that holds models and seeds; of a raw table, its contract.
    file: str
    reads: list[str]
    # As it was run; empty for what is no SQL.
    sql: str
    is_table: bool
    # Of a model with a row per indicator: those it fills here.
    indicators: set[str] | None = None

    @property
    def table(self) -> str:
        """How queries name it."""
        return f"{self.schema_name}.{self.name}"


class Lineage(BaseModel):
    """Every node by its id."""

    nodes: dict[str, Node]

    @classmethod
    def of(cls, manifest_file: Path) -> "Lineage":
        """What dbt's manifest of a finished build says."""
        manifest = json.loads(manifest_file.read_bytes())
        found = {**manifest["nodes"], **manifest["sources"]}
        nodes = {
            node_id: Node(
                name=node["name"],
                kind=node["resource_type"],
                schema_name=node["schema"],
                file=posixpath.normpath(f"dbt_models/{node['original_file_path']}"),
                reads=[other for other in manifest["parent_map"].get(node_id, []) if other in found],
                sql=node.get("compiled_code") or "" if node.get("language") == "sql" else "",
                is_table=node["resource_type"] != "model" or node["config"]["materialized"] == "table",
            )
            for node_id, node in found.items()
            if node["resource_type"] in ("model", "seed", "source")
        }
        return cls(nodes=nodes)

    def note_indicators(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Look up in the warehouse which indicators each model fills."""
        query = "SELECT schema_name || '.' || table_name FROM duckdb_columns() WHERE column_name = 'indicator_code'"
        having = {name for (name,) in connection.execute(query).fetchall()}
        for node in self.nodes.values():
            if node.kind == "model" and node.table in having:
                codes = connection.execute(f"SELECT DISTINCT indicator_code FROM {node.table}").fetchall()
                node.indicators = {code for (code,) in codes}

    def above(self, mart: str) -> list[str]:
        """Everything that a mart is made from, the mart first and each node before all that it reads."""
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

    def between(self, mart: str, tables: Collection[str], indicators: Collection[str]) -> list[str]:
        """What lies on any way from a mart to one of these raw tables, given as ``raw_supplier.table``.

        Models that fill indicators, but none of these, are no part of the way.
        """
        above = [node_id for node_id in self.above(mart) if self._may_fill(node_id, indicators)]
        reached = self._below(mart, self.over(tables, above))
        return [node_id for node_id in above if node_id in reached]

    def over(self, tables: Collection[str], among: Iterable[str]) -> set[str]:
        """Of some nodes, these raw tables and everything that is made from one of them."""
        nodes = {node_id: self.nodes[node_id] for node_id in among}
        found = {node_id for node_id, node in nodes.items() if node.table in tables}
        grows = True
        while grows:
            more = {node_id for node_id, node in nodes.items() if found.intersection(node.reads)} - found
            found |= more
            grows = bool(more)
        return found

    def filling(self, node_ids: Collection[str], indicator: str) -> str | None:
        """The first model that fills an indicator, seen from the raw tables; None where not exactly one does."""
        filling = {node_id for node_id in node_ids if indicator in (self.nodes[node_id].indicators or ())}
        first = [node_id for node_id in filling if not filling.intersection(self.nodes[node_id].reads)]
        return first[0] if len(first) == 1 else None

    def holds_indicators(self, mart: str) -> bool:
        """Whether a mart is made from models with a row per indicator."""
        return any(self.nodes[node_id].indicators is not None for node_id in self.above(mart))

    def _may_fill(self, node_id: str, indicators: Collection[str]) -> bool:
        filled = self.nodes[node_id].indicators
        return filled is None or not indicators or not filled.isdisjoint(indicators)

    def _below(self, mart: str, among: Collection[str]) -> set[str]:
        """Of some nodes those that the mart reaches over no others."""
        reached: set[str] = set()
        waiting = [f"model.maandvers.{mart}"]
        while waiting:
            node_id = waiting.pop()
            if node_id in among and node_id not in reached:
                reached.add(node_id)
                waiting += self.nodes[node_id].reads
        return reached
