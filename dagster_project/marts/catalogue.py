"""Marts as dbt's manifest declares them: columns, texts, keys, clocks, and the feeds each derives from."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dagster_project.marts.column_clocks import OF_THE_ROW, ROW, Clock, bound_by, clock_of
from dagster_project.marts.dictionary import Row, explain_columns, read_rows
from dagster_project.marts.dutch_texts import DutchTexts
from dagster_project.marts.scope import FOR_EVERYONE, MartShape, Scope, scopes_of

KEY_TEST = "unique_combination_of_columns"
# The key of a theme mart, which the key test has where it names no columns.
KEY_OF_A_THEME = ("region_code", "period")
# Moments are published in UTC without saying so in their type: of one with a time zone, DuckDB's client makes a value
# of Python only where pytz is installed as well.
MOMENT = "timestamp"
WITH_TIME_ZONE = "timestamptz"


@dataclass(frozen=True)
class MartColumn:
    """A column of a mart as its contract declares it."""

    name: str
    # As published.
    data_type: str
    description: str
    # Clocks it is shown by, if not the row's own; none for key columns.
    clocks: tuple[Clock, ...] = ()
    # For people; without a unit for what is no indicator.
    label_nl: str = ""
    definition_nl: str = ""
    unit_nl: str = ""


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
    # Themes and levels by which readers are admitted.
    scope: Scope = FOR_EVERYONE
    # Columns that refer to the keys of definitions, with their names.
    foreign_keys: tuple[tuple[str, str], ...] = ()
    description_nl: str = ""
    # Columns that the public edition shows; none of a mart that is not in it.
    public_columns: tuple[str, ...] = ()

    @property
    def has_groups(self) -> bool:
        """Whether columns have clocks of their own beside that of the row."""
        return any(clock.name != ROW for clock in self.clocks)

    @property
    def feed_columns(self) -> tuple[str, ...]:
        """The columns in which each row names the feeds that it is made from; none where the clocks name them."""
        if not any(OF_THE_ROW in clock.feeds for clock in self.clocks):
            return ()
        return tuple(column.name for column in self.columns if column.name == "feed" or column.name.endswith("_feed"))

    def may_derive_from(self, feed: str, tables: Sequence[tuple[str, str]]) -> bool:
        """Whether figures of this feed, with these tables of dbt's sources, can be in the mart."""
        feeds = {name for clock in self.clocks for name in clock.feeds}
        return feed in feeds or ((not feeds or OF_THE_ROW in feeds) and not self.sources.isdisjoint(tables))

    def derives_from(self, feed: str, named: Collection[str]) -> bool:
        """Whether figures of a feed that can be in the mart are; ``named`` are the feeds that its rows name."""
        return not self.feed_columns or feed in named or any(feed in clock.feeds for clock in self.clocks)


@cache
def read_marts(manifest_file: Path) -> tuple[Mart, ...]:
    """Every mart in dbt's manifest, by name."""
    manifest = json.loads(manifest_file.read_bytes())
    rows = read_rows(manifest)
    explain_columns(manifest, rows)
    dictionary = feeds_of_indicators(rows)
    texts = DutchTexts.read(manifest, rows)
    nodes = manifest["nodes"]
    marts = [node for node in nodes.values() if node["resource_type"] == "model" and node["fqn"][1] == "marts"]
    keys = _keys(nodes)
    scopes = _scopes(marts, keys, rows)
    return tuple(
        Mart(
            name=node["name"],
            schema=node["schema"],
            label_nl=node["config"]["meta"]["label_nl"],
            description=node["description"].strip(),
            columns=_columns(node, dictionary, texts),
            key=keys.get(node["unique_id"], ()),
            clocks=_clocks(node),
            sources=frozenset(_sources(node["unique_id"], manifest)),
            may_be_empty=node["config"]["meta"].get("may_be_empty", False),
            scope=scopes[node["name"]],
            foreign_keys=_foreign_keys(node, marts),
            description_nl=texts.of_mart(node["name"]),
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


def _foreign_keys(node: dict[str, Any], marts: Sequence[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    """The columns of a mart by which it refers to others, as those declare in ``referred_by``; one for each."""
    found = {}
    for other in sorted(marts, key=lambda other: str(other["name"])):
        columns = [column for column in _meta(other).get("referred_by", ()) if column in node["columns"]]
        if columns and other is not node:
            found[columns[0]] = other["name"]
    return tuple(found.items())


def _scopes(
    nodes: Sequence[dict[str, Any]], keys: Mapping[str, tuple[str, ...]], rows: Mapping[str, Row]
) -> dict[str, Scope]:
    shapes = [
        MartShape(
            name=node["name"],
            columns=tuple(node["columns"]),
            key=keys.get(node["unique_id"], ()),
            themes=tuple(_meta(node).get("themes", ())),
        )
        for node in nodes
    ]
    return scopes_of(shapes, {code: row["theme_code"] for code, row in rows.items()})


def _clocks(node: dict[str, Any]) -> tuple[Clock, ...]:
    found = (clock_of(name, _meta(column).get("feeds", ())) for name, column in node["columns"].items())
    return tuple(clock for clock in found if clock)


def _columns(
    node: dict[str, Any], dictionary: Mapping[str, Sequence[str]], texts: DutchTexts
) -> tuple[MartColumn, ...]:
    clocks = _clocks(node)
    found = []
    for name, column in node["columns"].items():
        text = texts.of_column(node["name"], name, column, clocks)
        is_moment = column["data_type"] == WITH_TIME_ZONE
        found.append(
            MartColumn(
                name,
                MOMENT if is_moment else column["data_type"],
                column["description"].strip() + (" In UTC." if is_moment else ""),
                bound_by(node["name"], name, _meta(column).get("clocks", ()), clocks, dictionary),
                text.label,
                f"{text.definition} Tijd in UTC.".strip() if is_moment else text.definition,
                text.unit,
            )
        )
    return tuple(found)


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = node["config"]["meta"]
    return meta


def _keys(nodes: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The key of each model, as its key test declares it; a test with a name of its own is about another rule."""
    keys = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") == KEY_TEST and node["name"].startswith(KEY_TEST):
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
        elif "fallback_for" in manifest["nodes"][node]["config"]["meta"]:
            # Codes alone, and only while the feeds that it stands in for are withheld.
            continue
        waiting += manifest["parent_map"].get(node, [])
    return found
