"""Marts as dbt's manifest declares them: columns, texts, keys, clocks, and the feeds each derives from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dagster_project.marts.column_clocks import OF_THE_ROW, ROW, Clock, bound_by, clock_of
from dagster_project.marts.dictionary import Row, explain_columns, read_rows

KEY_TEST = "unique_combination_of_columns"
# The key of a theme mart, which the key test has where it names no columns.
KEY_OF_A_THEME = ("region_code", "period")


@dataclass(frozen=True)
class MartColumn:
    """A column of a mart as its contract declares it."""

    name: str
    data_type: str
    description: str
    # Clocks it is shown by, if not the row's own; none for key columns.
    clocks: tuple[Clock, ...] = ()


@dataclass(frozen=True)
class Mart:
    """A published table."""

    name: str
    schema: str
    # Its name for readers.
    label_nl: str
    description: str
    columns: tuple[MartColumn, ...]
    key: tuple[str, ...]
    # None for definitions, which do not age.
    clocks: tuple[Clock, ...]
    # Feeds, as supplier.table of dbt's sources, that any upstream model reads.
    sources: frozenset[tuple[str, str]]
    # May be empty although all its feeds are shown: its events need not have happened.
    may_be_empty: bool = False
    # Columns that the public edition shows; none of a mart that is not in it.
    public_columns: tuple[str, ...] = ()

    @property
    def has_groups(self) -> bool:
        """Whether columns have clocks of their own beside that of the row."""
        return any(clock.name != ROW for clock in self.clocks)

    def is_made_from(self, feed: str, tables: Sequence[tuple[str, str]]) -> bool:
        """Whether figures of this feed, with these tables of dbt's sources, are in the mart."""
        feeds = {name for clock in self.clocks for name in clock.feeds}
        return feed in feeds or ((not feeds or OF_THE_ROW in feeds) and not self.sources.isdisjoint(tables))


@cache
def read_marts(manifest_file: Path) -> tuple[Mart, ...]:
    """Every mart in dbt's manifest, by name."""
    manifest = json.loads(manifest_file.read_bytes())
    rows = read_rows(manifest)
    explain_columns(manifest, rows)
    dictionary = feeds_of_indicators(rows)
    nodes = manifest["nodes"]
    marts = [node for node in nodes.values() if node["resource_type"] == "model" and node["fqn"][1] == "marts"]
    keys = _keys(nodes)
    return tuple(
        Mart(
            name=node["name"],
            schema=node["schema"],
            label_nl=node["config"]["meta"]["label_nl"],
            description=node["description"].strip(),
            columns=_columns(node, dictionary),
            key=keys.get(node["unique_id"], ()),
            clocks=_clocks(node),
            sources=frozenset(_sources(node["unique_id"], manifest)),
            may_be_empty=node["config"]["meta"].get("may_be_empty", False),
            public_columns=tuple(node["config"]["meta"].get("public_columns", ())),
        )
        for node in sorted(marts, key=lambda node: node["name"])
    )


def feeds_of_indicators(rows: Mapping[str, Row]) -> dict[str, tuple[str, ...]]:
    """Map each indicator to the feeds that it is made from: its own, and that of its denominator."""
    return {
        code: tuple(dict.fromkeys(rows[part]["source_feed"] for part in (code, row["denominator"]) if part))
        for code, row in rows.items()
    }


def _clocks(node: dict[str, Any]) -> tuple[Clock, ...]:
    found = (clock_of(name, _meta(column).get("feeds", ())) for name, column in node["columns"].items())
    return tuple(clock for clock in found if clock)


def _columns(node: dict[str, Any], dictionary: Mapping[str, Sequence[str]]) -> tuple[MartColumn, ...]:
    clocks = _clocks(node)
    return tuple(
        MartColumn(
            name,
            column["data_type"],
            column["description"].strip(),
            bound_by(node["name"], name, _meta(column).get("clocks", ()), clocks, dictionary),
        )
        for name, column in node["columns"].items()
    )


def _meta(column: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = column["config"]["meta"]
    return meta


def _keys(nodes: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The key of each model, as its key test declares it."""
    keys = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") == KEY_TEST:
            keys[node["attached_node"]] = tuple(test["kwargs"].get("combination_of_columns", KEY_OF_A_THEME))
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
