"""Texts of the indicator dictionary for mart columns: comments, data package and docs page.

A column that is named after an indicator is that indicator, unless its YAML binds it to clocks of its own: then it is
another figure. Its English one-liner stands in the YAML; the rest is joined to it here and typed nowhere.
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LEVELS_NL = {
    "country": "land",
    "municipality": "gemeente",
    "district": "wijk",
    "neighbourhood": "buurt",
}

Row = Mapping[str, str]


def read_rows(file: Path) -> dict[str, Row]:
    """The rows of the dictionary by their code."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["indicator_code"]: row for row in csv.DictReader(lines)}


def explain_columns(manifest: dict[str, Any], rows: Mapping[str, Row]) -> None:
    """Write behind the description of each indicator in dbt's marts what the dictionary says of it."""
    suppliers = _suppliers(manifest)
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["fqn"][1] == "marts":
            for name, column in node["columns"].items():
                if name in rows and not column["config"]["meta"].get("clocks"):
                    column["description"] = f"{column['description'].strip()} {explanation(name, rows, suppliers)}"


def explanation(code: str, rows: Mapping[str, Row], suppliers: Mapping[str, str]) -> str:
    """Describe an indicator in Dutch: definition, unit, computation, moment, finest level and source."""
    row = rows[code]
    label, definition = row["label_nl"], row["definition_nl"]
    parts = [definition if definition.removesuffix(".") == label else f"{label}: {definition}"]
    parts.append(f"Eenheid: {row['unit_nl']}.")
    feeds = [row["source_feed"]]
    if row["numerator"]:
        above, below = (f"{rows[row[part]]['label_nl']} ({row[part]})" for part in ("numerator", "denominator"))
        factor = "" if row["factor"] == "1" else f"{int(row['factor']):,} × ".replace(",", ".")
        parts.append(f"Berekening: {factor}{above} ÷ {below}.")
        feeds.append(rows[row["denominator"]]["source_feed"])
    parts.append(f"Peilmoment: {row['reference_moment']}.")
    parts.append(f"Fijnste niveau: {LEVELS_NL[row['finest_level']]}.")
    sources = [f"{suppliers[feed]}, {feed}" for feed in dict.fromkeys(feeds)]
    parts.append(f"Bron: {'; noemer: '.join(sources)}.")
    return " ".join(parts)


def _suppliers(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The Dutch name of each feed, as its contract gives it."""
    found = {}
    for source in manifest["sources"].values():
        delivery = source["config"]["meta"].get("delivery")
        if delivery:
            supplier = source["source_name"].removeprefix("raw_")
            found[f"{supplier}.{delivery.get('feed', source['name'])}"] = delivery["supplier_label"]
    return found
