"""Selection of what dbt builds again when raw tables changed."""

import json
from collections.abc import Collection
from pathlib import Path


def dependents(manifest_file: Path, tables: Collection[str], delivered: Collection[str]) -> list[str]:
    """Name the tables and tests in dbt's manifest that depend on raw tables, which are given as schema.table.

    Views are not created again, since their text did not change. A model that is a fallback for feeds has no rows as
    long as one of them is among the ``delivered`` ones, so nothing changes through it.
    """
    manifest = json.loads(manifest_file.read_bytes())
    nodes, children = manifest["nodes"], manifest["child_map"]
    pending = [
        name for name, source in manifest["sources"].items() if f"{source['source_name']}.{source['name']}" in tables
    ]
    found: dict[str, str] = {}
    while pending:
        for child in children[pending.pop()]:
            # Unit tests and exposures are children that nothing is built for.
            node = nodes.get(child)
            if node is None or child in found or not _is_read(node, delivered):
                continue
            found[child] = node["name"]
            pending.append(child)
    return sorted(name for child, name in found.items() if nodes[child]["config"]["materialized"] in ("table", "test"))


def _is_read(node: dict, delivered: Collection[str]) -> bool:
    return not any(feed in delivered for feed in node["config"]["meta"].get("fallback_for", []))
