"""Descriptions of a mart's columns: in comments, in the data package and on the page of docs.

A column that is named after an indicator is that indicator, unless its YAML binds it to clocks of its own: then it is
another figure. The indicator dictionary describes it. Other columns without a description in the YAML have that of the
docs block of their name (``region_code``), or of their group (``group_checked_at`` for ``benefits_checked_at``).
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster_project.installation.settings import SEEDS

LEVELS_NL = {
    "country": "land",
    "municipality": "gemeente",
    "district": "wijk",
    "neighbourhood": "buurt",
}

Row = Mapping[str, str]


def read_rows(manifest: Mapping[str, Any], seeds: Path = SEEDS) -> dict[str, Row]:
    """Read the rows of all themes by code, each with its theme, the name of its unit and its source feed.

    dbt derives the same in int_indicators__dictionary; here it is needed before there is a warehouse.
    """
    units = {row["unit"]: row["unit_nl"] for row in read_csv(seeds / "units.csv")}
    feeds = _feeds_of_indicators(manifest)
    return {
        row["indicator_code"]: {
            **row,
            "theme_code": file.stem,
            "unit_nl": units[row["unit"]],
            "source_feed": feeds[row["numerator"] or row["indicator_code"]],
        }
        for file in sorted((seeds / "indicators").glob("*.csv"))
        for row in read_csv(file)
    }


def _feeds_of_indicators(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Map what models declare to make (macros/figures.sql) to the feed that it is made from."""
    columns = {(source["source_name"], source["name"]): source["columns"] for source in manifest["sources"].values()}
    feeds: dict[str, str] = {}
    for node in manifest["nodes"].values():
        meta = node["config"].get("meta", {})
        for feed in meta.get("by_contract", ()):
            supplier, _, table = feed.partition(".")
            feeds |= dict.fromkeys(columns[f"raw_{supplier}", table], feed)
        for feed, indicators in meta.get("indicators", {}).items():
            feeds |= dict.fromkeys(indicators, feed)
    return feeds


def theme_codes(seeds: Path = SEEDS) -> list[str]:
    """Read the codes of all themes, in the order of lists."""
    rows = sorted(read_csv(seeds / "themes.csv"), key=lambda row: int(row["theme_order"]))
    return [row["theme_code"] for row in rows]


def read_csv(file: Path) -> list[dict[str, str]]:
    """Read the rows of a file that people edit."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def explain_columns(manifest: dict[str, Any], rows: Mapping[str, Row]) -> None:
    """Append the dictionary's text to the description of each indicator in dbt's marts."""
    suppliers = supplier_labels(manifest)
    texts = {block["name"]: block["block_contents"] for block in manifest["docs"].values()}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["fqn"][1] == "marts":
            for name, column in node["columns"].items():
                own = column["description"].strip()
                if is_indicator(name, column, rows):
                    label = own or f"{rows[name]['label_en']}."
                    column["description"] = f"{label} {explanation(name, rows, suppliers)}"
                else:
                    column["description"] = own or shared_text(name, texts)


def is_indicator(name: str, column: Mapping[str, Any], rows: Mapping[str, Row]) -> bool:
    """Whether a column is the indicator of its name; one with clocks of its own is another figure."""
    return name in rows and not column["config"]["meta"].get("clocks")


def shared_text(column: str, texts: Mapping[str, str]) -> str:
    """Find the docs block of a column's name or group; empty if there is none."""
    groups = (name for name in texts if name.startswith("group_") and column.endswith(name.removeprefix("group")))
    return texts.get(column) or texts.get(next(groups, ""), "")


def explanation(code: str, rows: Mapping[str, Row], suppliers: Mapping[str, str]) -> str:
    """Explain an indicator in Dutch: definition, unit, calculation, reference moment, finest level and source."""
    row = rows[code]
    label, definition = row["label_nl"], row["definition_nl"]
    parts = [definition if definition.removesuffix(".") == label else f"{label}: {definition}"]
    parts.append(unit_sentence(row))
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


def unit_sentence(row: Row) -> str:
    """State the unit of an indicator."""
    return f"Eenheid: {row['unit_nl']}."


def supplier_labels(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Map each feed to its Dutch name in the contract."""
    found = {}
    for source in manifest["sources"].values():
        delivery = source["config"]["meta"].get("delivery")
        if delivery:
            supplier = source["source_name"].removeprefix("raw_")
            found[f"{supplier}.{delivery.get('feed', source['name'])}"] = delivery["supplier_label"]
    return found
