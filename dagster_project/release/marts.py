"""What dbt's manifest says of the marts: columns, texts, keys, and the feeds each is made from."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

KEY_TEST = "unique_combination"


@dataclass(frozen=True)
class MartColumn:
    """A column of a mart as its contract declares it."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class Mart:
    """A published table."""

    name: str
    schema: str
    description: str
    columns: tuple[MartColumn, ...]
    key: tuple[str, ...]
    # Feeds, as supplier.table of dbt's sources, that any upstream model reads.
    sources: frozenset[tuple[str, str]]
    # A row per figure: for the whole country hundreds of megabytes as plain text.
    is_long: bool

    @property
    def csv_file(self) -> str:
        """Where the mart's CSV file lies in a release; that of a long mart is compressed."""
        return f"csv/{self.name}.csv{'.gz' if self.is_long else ''}"

    def has(self, column: str) -> bool:
        """Whether the mart has this column."""
        return any(own.name == column for own in self.columns)


@cache
def read_marts(manifest_file: Path) -> tuple[Mart, ...]:
    """Every mart in dbt's manifest, by name."""
    manifest = json.loads(manifest_file.read_bytes())
    nodes = manifest["nodes"]
    marts = [node for node in nodes.values() if node["resource_type"] == "model" and node["fqn"][1] == "marts"]
    keys = _keys(nodes)
    return tuple(
        Mart(
            name=node["name"],
            schema=node["schema"],
            description=node["description"].strip(),
            columns=tuple(
                MartColumn(column["name"], column["data_type"], column["description"].strip())
                for column in node["columns"].values()
            ),
            key=keys.get(node["unique_id"], ()),
            sources=frozenset(_sources(node["unique_id"], manifest)),
            is_long=node["config"]["meta"].get("is_long", False),
        )
        for node in sorted(marts, key=lambda node: node["name"])
    )


def _keys(nodes: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The key of each model, as its key test declares it."""
    keys = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") == KEY_TEST:
            keys[node["attached_node"]] = tuple(test["kwargs"]["columns"])
        elif test.get("name") == "unique":
            keys.setdefault(node["attached_node"], (test["kwargs"]["column_name"],))
    return keys


def _sources(unique_id: str, manifest: dict[str, Any]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    waiting, seen = [unique_id], set()
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.startswith("source."):
            source = manifest["sources"][node]
            found.add((source["source_name"], source["name"]))
        waiting += manifest["parent_map"].get(node, [])
    return found
