"""Reader of the delivery contracts in the dbt source YAML files; uses no network and no secret."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dagster_project.contracts.model import Feed, ReleaseRetention
from dagster_project.contracts.protocols import MisplacedError
from dagster_project.errors import ContractError

RAW_PREFIX = "raw_"
# The source with our own metadata.
METADATA = "raw_maandvers"
# libyaml reads the same subset eight times faster; it comes with PyYAML's wheels, but not with every build of it.
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    return list(_feeds_of_text(file.read_text(encoding="utf-8"), file.relative_to(models.parent).as_posix()))


def load_release_retention(models: Path) -> ReleaseRetention:
    """Read how long releases are retained, from the source of our own metadata.

    Raises ContractError if it is not declared.
    """
    for file in sorted(models.rglob("*__sources.yml")):
        name = file.relative_to(models.parent).as_posix()
        for source in _nodes(_document(file.read_text(encoding="utf-8"), name), "sources", name, METADATA):
            if source.get("name") == METADATA:
                return _release_retention(source, name)
    raise ContractError(str(models), METADATA, "retention", "is not declared", f"declare it at the source {METADATA}")


def _release_retention(source: dict[str, Any], file: str) -> ReleaseRetention:
    try:
        return ReleaseRetention.model_validate(_meta(source).get("retention"))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(["retention", *(str(step) for step in first["loc"])])
        problem = f"{first['msg']}, came {first['input']!r}"
        raise ContractError(
            file, METADATA, key, problem, f"correct '{key}' in {file}, such as releases: P3M"
        ) from error


# A run reads its contracts several times.
@cache
def _feeds_of_text(text: str, name: str) -> tuple[Feed, ...]:
    sources = _nodes(_document(text, name), "sources", name, "?")
    return tuple(feed for source in sources for feed in _feeds_of_source(source, name))


@cache
def _document(text: str, name: str) -> dict[str, Any]:
    try:
        document = yaml.load(text, Loader=YAML_LOADER) or {}
    except yaml.YAMLError as error:
        raise ContractError(name, "?", "?", f"is no YAML: {error}", "mend the indentation or quotes there") from error
    if not isinstance(document, dict):
        raise ContractError(name, "?", "sources", "the file has no keys", "start it with 'sources:'")
    return document


def _feeds_of_source(source: dict[str, Any], file: str) -> list[Feed]:
    """A delivery part at the source covers all its tables; one at a table covers that table."""
    name = str(source.get("name", "?"))
    shared = _meta(source).get("delivery")
    tables = _nodes(source, "tables", file, name)
    if shared is not None:
        own = shared.get("feed", "?") if isinstance(shared, dict) else "?"
        return [_feed(source, own, shared, tables, file)]
    feeds = []
    for table in tables:
        if "delivery" in _meta(table):
            feeds.append(_feed(source, table.get("name", "?"), _meta(table)["delivery"], [table], file))
        elif any("supplier_name" in _meta(column) for column in _nodes(table, "columns", file, name)):
            feed = f"{name.removeprefix(RAW_PREFIX)}.{table.get('name', '?')}"
            problem = "is missing, although its columns have supplier names"
            raise ContractError(
                file, feed, "delivery", problem, "declare under config.meta.delivery how it is retrieved"
            )
    return feeds


def _nodes(parent: dict[str, Any], key: str, file: str, feed: str) -> list[dict[str, Any]]:
    """The mappings listed under a key; none where the key is absent."""
    nodes = parent.get(key, [])
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise ContractError(file, feed, key, "is no list of mappings", f"write '{key}:' and below it '- name: …'")
    return nodes


def _feed(source: dict[str, Any], name: str, delivery: object, tables: list[dict[str, Any]], file: str) -> Feed:
    supplier = str(source.get("name", "?")).removeprefix(RAW_PREFIX)
    values = {
        "supplier": supplier,
        "name": name,
        "file": file,
        "delivery": delivery,
        "tables": [
            {
                **{key: value for key, value in _meta(table).items() if key != "delivery"},
                "name": table.get("name"),
                "columns": [
                    {
                        "name": column.get("name"),
                        "data_type": column.get("data_type"),
                        "description": column.get("description"),
                        "meta": _meta(column),
                    }
                    for column in _nodes(table, "columns", file, f"{supplier}.{name}")
                ],
            }
            for table in tables
        ],
    }
    try:
        return Feed.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        key = cause.key if isinstance(cause, MisplacedError) else _readable_key(first["loc"], values)
        came = f", came {first['input']!r}" if not isinstance(first["input"], dict) else ""
        raise ContractError(
            file, f"{supplier}.{name}", key, first["msg"] + came, f"correct '{key}' in {file}; see dbt_models/README.md"
        ) from error


def _readable_key(location: tuple[int | str, ...], values: dict[str, Any]) -> str:
    """Turn ``tables.0.columns.3.data_type`` into ``signals.source.data_type``: names instead of numbers."""
    parts: list[str] = []
    node: Any = values
    for position, step in enumerate(location, start=1):
        if isinstance(step, int):
            node = node[step]
            parts.append(str(node.get("name") or step) if isinstance(node, dict) else str(step))
        else:
            node = node.get(step) if isinstance(node, dict) else None
            if step not in ("tables", "columns", "meta") or position == len(location):
                parts.append(step)
    return ".".join(parts) or "delivery"


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    meta = (node.get("config") or {}).get("meta") or {}
    return meta if isinstance(meta, dict) else {}
