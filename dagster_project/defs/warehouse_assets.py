"""The dbt models as assets, built by one call of dbt, or not at all when nothing changed.

The assets are made from dbt's manifest without importing dagster_dbt: that import takes seconds, which a night without
news need not spend.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.defs.release_asset import mart_key
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.marts.catalogue import Mart
from dagster_project.warehouse.build_plan import build, plan

logger = logging.getLogger(__name__)

BUILT_BY_DBT = ("model", "seed")


def warehouse_assets(manifest_file: Path, marts: Sequence[Mart]) -> dg.AssetsDefinition:
    """Define the asset of every model and seed in dbt's manifest."""
    manifest = json.loads(manifest_file.read_bytes())
    keys = {
        **{name: _key(node) for name, node in manifest["nodes"].items() if node["resource_type"] in BUILT_BY_DBT},
        **{name: dg.AssetKey([node["source_name"], node["name"]]) for name, node in manifest["sources"].items()},
    }

    @dg.multi_asset(name="warehouse", specs=_specs(manifest, keys))
    def warehouse(workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult]:
        opened = workspace.open
        planned = plan(opened)
        if planned.is_full:
            logger.info("warehouse: dbt builds everything")
        elif planned.is_needed:
            logger.info("warehouse: dbt builds what depends on %s", ", ".join(planned.changed))
        else:
            logger.info("warehouse: nothing new, so the figures stay as they are and only the clocks move")
        # Tests stop dbt's build, and so the run; as events they would fill half of Dagster's history.
        built = {keys[node]: seconds for node, seconds in build(opened, planned).items() if node in keys}
        version = dg.DataVersion(planned.fingerprint)
        # Checks and release wait for the marts, so these have an event even where they were not built.
        for key in dict.fromkeys([*built, *map(mart_key, marts)]):
            metadata = {"seconds": built[key]} if key in built else {"unchanged": True}
            yield dg.MaterializeResult(key, metadata=metadata, data_version=version)

    return warehouse


def group_of(node: Mapping[str, Any]) -> str:
    """Return the group of a model or seed: its supplier, regions, indicators, themes or reference."""
    if node["resource_type"] == "seed":
        return "reference"
    layer, folder = node["fqn"][1:3]
    if layer == "staging":
        return str(folder)
    if layer == "intermediate":
        return "regions" if "regions" in node["fqn"] else "indicators"
    return "indicators" if folder == "core" else "themes"


def _specs(manifest: Mapping[str, Any], keys: Mapping[str, dg.AssetKey]) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            keys[name],
            deps=[keys[parent] for parent in node["depends_on"].get("nodes", []) if parent in keys],
            description=node["description"],
            group_name=group_of(node),
            kinds={"dbt", "duckdb"},
            skippable=True,
        )
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in BUILT_BY_DBT
    ]


def _key(node: Mapping[str, Any]) -> dg.AssetKey:
    return dg.AssetKey([node["schema"], node["name"]])
