"""Reading the delivery contracts from the dbt source YAML files; touches no network and no secret."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dagster_project.contracts.model import Feed
from dagster_project.errors import ContractError

RAW_PREFIX = "raw_"


def load_feeds(models: Path) -> list[Feed]:
    """Read every feed that is declared below ``models``, ordered by name.

    Raises ContractError for a mistake in a file; sources without a delivery part are not feeds.
    """
    feeds = [feed for file in sorted(models.rglob("*__sources.yml")) for feed in _feeds_of_file(file, models)]
    seen: dict[str, Feed] = {}
    for feed in feeds:
        if feed.id in seen:
            raise ContractError(
                feed.file, feed.id, "name", f"is declared in {seen[feed.id].file} as well", "give one another name"
            )
        seen[feed.id] = feed
    return feeds


def _feeds_of_file(file: Path, models: Path) -> list[Feed]:
    name = file.relative_to(models.parent).as_posix()
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise ContractError(name, "?", "?", f"is no YAML: {error}", "mend the indentation or quotes there") from error
    return [feed for source in document.get("sources", []) for feed in _feeds_of_source(source, name)]


def _feeds_of_source(source: dict[str, Any], file: str) -> list[Feed]:
    """A delivery part at the source covers all its tables; one at a table covers that table."""
    shared = _meta(source).get("delivery")
    tables = source.get("tables", [])
    if shared is not None:
        return [_feed(source, shared.get("feed", "?"), shared, tables, file)]
    return [
        _feed(source, table.get("name", "?"), _meta(table)["delivery"], [table], file)
        for table in tables
        if "delivery" in _meta(table)
    ]


def _feed(source: dict[str, Any], name: str, delivery: dict[str, Any], tables: list[dict[str, Any]], file: str) -> Feed:
    supplier = str(source.get("name", "?")).removeprefix(RAW_PREFIX)
    values = {
        "supplier": supplier,
        "name": name,
        "file": file,
        "delivery": delivery,
        "tables": [
            {
                "name": table.get("name"),
                "member": _meta(table).get("member"),
                "key": _meta(table).get("key"),
                "columns": [
                    {
                        "name": column.get("name"),
                        "data_type": column.get("data_type"),
                        "description": column.get("description"),
                        "meta": _meta(column),
                    }
                    for column in table.get("columns", [])
                ],
            }
            for table in tables
        ],
    }
    try:
        return Feed.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = _readable_key(first["loc"], values)
        came = f", came {first['input']!r}" if not isinstance(first["input"], dict) else ""
        raise ContractError(
            file, f"{supplier}.{name}", key, first["msg"] + came, f"correct '{key}' in {file}; see dbt_models/README.md"
        ) from error


def _readable_key(location: tuple[int | str, ...], values: dict[str, Any]) -> str:
    """Turn ``tables.0.columns.3.data_type`` into ``signals.source.data_type``: names instead of numbers."""
    parts: list[str] = []
    node: Any = values
    for step in location:
        if isinstance(step, int):
            node = node[step]
            parts.append(str(node.get("name") or step) if isinstance(node, dict) else str(step))
        else:
            node = node.get(step) if isinstance(node, dict) else None
            if step not in ("tables", "columns", "meta"):
                parts.append(step)
    return ".".join(parts) or "delivery"


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    meta = (node.get("config") or {}).get("meta") or {}
    return meta if isinstance(meta, dict) else {}
