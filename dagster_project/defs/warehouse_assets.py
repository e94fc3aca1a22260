"""The marts as assets, built by one call of dbt, or not at all when nothing changed.

The models between raw tables and marts are no assets: they are nothing to select or to check in Dagster, and would make
the graph and the events of a run three times as large. dbt's own docs show them.

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
from dagster_project.release.build import latest_release
from dagster_project.warehouse.refusals import build_what_passes

logger = logging.getLogger(__name__)


def warehouse_assets(manifest_file: Path, marts: Sequence[Mart]) -> dg.AssetsDefinition:
    """Define the asset of every mart; its inputs are the raw tables and marts that it is made from."""
    manifest = json.loads(manifest_file.read_bytes())
    keys = {
        **{name: dg.AssetKey([node["schema"], node["name"]]) for name, node in manifest["nodes"].items()},
        **{name: dg.AssetKey([node["source_name"], node["name"]]) for name, node in manifest["sources"].items()},
    }
    mart_keys = {mart_key(mart) for mart in marts}
    assets = {*manifest["sources"], *(name for name, key in keys.items() if key in mart_keys)}

    @cache
    def inputs(name: str) -> frozenset[dg.AssetKey]:
        """Follow a node's parents to the nearest assets."""
        parents = manifest["parent_map"][name]
        return frozenset().union(*({keys[parent]} if parent in assets else inputs(parent) for parent in parents))

    specs = [
        dg.AssetSpec(
            keys[name],
            deps=sorted(inputs(name)),
            description=node["description"],
            group_name=group_of(node),
            kinds={"dbt", "duckdb"},
        )
        for name, node in manifest["nodes"].items()
        if name in assets
    ]

    @dg.multi_asset(name="warehouse", specs=specs)
    def warehouse(workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult]:
        opened = workspace.open
        last = latest_release(opened.releases)
        # A test that a new delivery fails sets that delivery aside; any other stops dbt's build, and so the run.
        planned, seconds = build_what_passes(opened, marts, last.deliveries if last else {})
        if not planned.is_needed:
            logger.info("warehouse: nothing new, so the figures stay as they are and only the clocks move")
        if seconds:
            slowest = max(seconds, key=lambda node: seconds[node])
            logger.info("warehouse: dbt built %d nodes; the slowest was %s", len(seconds), slowest)
        # Checks and release wait for the marts, so each has an event even where it was not built.
        for mart in marts:
            yield dg.MaterializeResult(mart_key(mart), data_version=dg.DataVersion(planned.fingerprint))

    return warehouse


def group_of(node: Mapping[str, Any]) -> str:
    """Return the group of a mart: regions, indicators or themes."""
    if node["name"].startswith("dim_region"):
        return "regions"
    return "indicators" if "core" in node["fqn"] else "themes"
