"""Lint of freshness: the feeds that reach a mart's figures, found by walking dbt's manifest, are those of its clocks.

The walk ends at a source; at a model that lends names alone (``lends_names`` in its meta); and at the base of all
figures, where each row names its own feed. A model that picks indicators by their code, or a mart whose columns are
named after them, narrows that to their feeds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Rounded counts of persons take the place of rows of the first.
BASES_OF_FIGURES = ("model.maandvers.int_indicators__unioned", "model.maandvers.int_counts__of_persons")
DELIVERIES = "model.maandvers.stg_maandvers__deliveries"
METADATA = "raw_maandvers"
OF_THE_ROW = "of_the_row"
LIMIT = "fresh_until"
# Downloaded files replace tables that CBS does not serve, under the same indicators.
STAND_INS = {"cbs.low_income": "statline.low_income", "cbs.ses_woa": "statline.ses_woa"}
# Types of figures; keys are text, dates or small numbers.
MEASURED = {"double", "bigint"}


@dataclass(frozen=True)
class House:
    """Input of the lint: dbt's manifest, the feed of each table, and the feeds of each indicator."""

    manifest: Mapping[str, Any]
    feeds: Mapping[tuple[str, str], str]
    dictionary: Mapping[str, frozenset[str]]


def feeds_of_indicators(rows: Mapping[str, Mapping[str, str]]) -> dict[str, frozenset[str]]:
    """Feed of the indicator itself, of its denominator and its weight, and the stand-ins of those feeds."""
    found = {}
    for code, row in rows.items():
        feeds = {rows[part]["source_feed"] for part in (code, row["denominator"], row["weight"]) if part}
        found[code] = frozenset(feeds | {STAND_INS[feed] for feed in feeds & STAND_INS.keys()})
    return found


def clock_complaints(house: House) -> list[str]:
    """Every feed that reaches a mart's figures has a clock there, every clock such a feed, every figure a clock."""
    complaints = []
    for node in _marts(house.manifest):
        name, columns = node["name"], node["columns"]
        limits = {column: _meta(columns[column]).get("feeds", []) for column in columns if column.endswith(LIMIT)}
        if not limits:
            if not name.startswith("dim_"):
                complaints.append(f"{name}: has no {LIMIT}; only definitions (dim_) do not age")
            continue
        reaching, clocked = feeds_reaching(node["unique_id"], house), {feed for own in limits.values() for feed in own}
        complaints += [f"{name}: {feed} reaches its figures and has no clock" for feed in sorted(reaching - clocked)]
        complaints += [f"{name}: has a clock of {feed}, which reaches no figure" for feed in sorted(clocked - reaching)]
        complaints += [
            f"{name}.{column}: no {prefix}{clock} beside it"
            for column in limits
            for prefix in [column.removesuffix(LIMIT)]
            for clock in ("checked_at", "released_at")
            if f"{prefix}{clock}" not in columns
        ]
        if not any("period_end_date" in column for column in columns):
            complaints.append(f"{name}: no period_end_date")
        if len(limits) > 1:
            complaints += _unbound(node, house)
    return complaints


def feeds_reaching(node: str, house: House) -> set[str]:
    """Collect the feeds behind a model's figures; OF_THE_ROW where each row names its own."""
    if node.startswith("source."):
        source = house.manifest["sources"][node]
        table = (source["source_name"], source["name"])
        return set() if table[0] == METADATA else {house.feeds[table]}
    if not node.startswith("model."):
        return set()
    model = house.manifest["nodes"][node]
    if model["config"]["meta"].get("lends_names"):
        return set()
    if node in BASES_OF_FIGURES:
        return {OF_THE_ROW}
    found = {feed for parent in house.manifest["parent_map"][node] for feed in feeds_reaching(parent, house)}
    indicators = {name for name, column in model["columns"].items() if not _meta(column).get("clocks")}
    named = (indicators | set(re.findall(r"'(\w+)'", model["raw_code"]))) & house.dictionary.keys()
    if OF_THE_ROW in found and named:
        return found - {OF_THE_ROW} | {feed for code in named for feed in house.dictionary[code]}
    return found


def delivery_complaints(house: House) -> list[str]:
    """A model that reads the deliveries of all feeds takes those of its own rows, or of a feed that it depends on.

    Else a feed that no clock of its marts counts in could move their figures, and a partial build would miss it.
    """
    complaints = []
    for unique_id, node in house.manifest["nodes"].items():
        if node["resource_type"] != "model" or DELIVERIES not in house.manifest["parent_map"][unique_id]:
            continue
        sql, name = node["raw_code"], node["name"]
        for relation in _relations_of_deliveries(sql):
            for clause in re.findall(rf"join {relation}\b(.*?)(?=\b(?:join|where|group by)\b|\)|\Z)", sql, re.DOTALL):
                if not re.search(r"\b(?:\w*feed|delivery_id) = ", clause):
                    complaints.append(f"{name}: joins {relation} by neither feed nor delivery_id")
            if relation != "deliveries" and re.search(rf"from {relation}\b", sql):
                complaints.append(f"{name}: selects from {relation}, the deliveries of all feeds")
        named = set(re.findall(r"'(\w+\.\w+)'", sql)) & set(house.feeds.values())
        complaints += [
            f"{name}: names {feed}, on which it does not depend"
            for feed in sorted(named - _feeds_upstream(unique_id, house))
        ]
    return complaints


def _relations_of_deliveries(sql: str) -> list[str]:
    """The deliveries, and the steps of the model that are selected from them."""
    steps = re.findall(r"(\w+) as \(\n((?:(?!\n\)).)*)\n\)", sql, re.DOTALL)
    return ["deliveries", *(step for step, body in steps if re.search(r"from deliveries\b", body))]


def _feeds_upstream(unique_id: str, house: House) -> set[str]:
    """Collect the feeds of all sources that a model derives from."""
    if unique_id.startswith("source."):
        source = house.manifest["sources"][unique_id]
        return {house.feeds[table]} if (table := (source["source_name"], source["name"])) in house.feeds else set()
    return {feed for parent in house.manifest["parent_map"][unique_id] for feed in _feeds_upstream(parent, house)}


def _unbound(node: Mapping[str, Any], house: House) -> list[str]:
    """Figures of a mart with several clocks that none binds, and indicators that do not leave it to the dictionary."""
    complaints = []
    for name, column in node["columns"].items():
        is_indicator, named = name in house.dictionary, _meta(column).get("clocks")
        if column["data_type"] in MEASURED and not is_indicator and not named:
            complaints.append(f"{node['name']}.{name}: is a figure that no clock binds; name them in its meta")
        if is_indicator and named and "region_code" in node["columns"]:
            complaints.append(f"{node['name']}.{name}: is an indicator, of which the dictionary knows the clocks")
    return complaints


def _marts(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        node for node in manifest["nodes"].values() if node["fqn"][1] == "marts" and node["resource_type"] == "model"
    ]


def _meta(column: Mapping[str, Any]) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = column["config"]["meta"]
    return meta
