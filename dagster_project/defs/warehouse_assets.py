"""The tables and marts of dbt as assets, built by one call of dbt, or not at all when nothing changed.

Other views and seeds are no assets: a view is computed when it is read, and a seed is a file of the project. They would
double the graph and the events of a run; dbt's own docs show them.

The assets are made from dbt's manifest without importing dagster_dbt: that import takes seconds, which a night without
news need not spend.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.defs.release_asset import mart_key
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.marts.catalogue import Mart
from dagster_project.warehouse.build_plan import build, plan

logger = logging.getLogger(__name__)


def warehouse_assets(manifest_file: Path, marts: Sequence[Mart]) -> dg.AssetsDefinition:
    """Define the asset of every table and mart in dbt's manifest."""
    manifest = json.loads(manifest_file.read_bytes())
    nodes = {name: node for name, node in manifest["nodes"].items() if _is_asset(node)}
    keys = {
        **{name: dg.AssetKey([node["schema"], node["name"]]) for name, node in nodes.items()},
        **{name: dg.AssetKey([node["source_name"], node["name"]]) for name, node in manifest["sources"].items()},
    }
    parents = manifest["parent_map"]

    @cache
    def inputs(name: str) -> frozenset[dg.AssetKey]:
        """Follow a node's parents to the nearest assets."""
        return frozenset().union(*({keys[parent]} if parent in keys else inputs(parent) for parent in parents[name]))

    specs = [
        dg.AssetSpec(
            keys[name],
            deps=sorted(inputs(name)),
            description=node["description"],
            group_name=group_of(node),
            kinds={"dbt", "duckdb"},
            skippable=True,
        )
        for name, node in nodes.items()
    ]

    @dg.multi_asset(name="warehouse", specs=specs)
    def warehouse(workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult]:
        opened = workspace.open
        planned = plan(opened)
        if planned.is_full:
            logger.info("warehouse: dbt builds everything")
        elif planned.is_needed:
            logger.info("warehouse: dbt builds what depends on %s", ", ".join(planned.changed))
        else:
            logger.info("warehouse: nothing new, so the figures stay as they are and only the clocks move")
        # A failed test stops dbt's build, and so the run.
        built = {keys[node]: seconds for node, seconds in build(opened, planned).items() if node in keys}
        version = dg.DataVersion(planned.fingerprint)
        # Checks and release wait for the marts, so these have an event even where they were not built.
        for key in dict.fromkeys([*built, *map(mart_key, marts)]):
            metadata = {"seconds": built[key]} if key in built else {}
            yield dg.MaterializeResult(key, metadata=metadata, data_version=version)

    return warehouse


def group_of(node: Mapping[str, Any]) -> str:
    """Return the group of a model: its supplier, regions, indicators or themes."""
    layer, folder = node["fqn"][1:3]
    if layer == "staging":
        return str(folder)
    if layer == "intermediate":
        return "regions" if "regions" in node["fqn"] else "indicators"
    return "indicators" if folder == "core" else "themes"


def _is_asset(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] == "model" and (node["config"]["materialized"] == "table" or node["fqn"][1] == "marts")
