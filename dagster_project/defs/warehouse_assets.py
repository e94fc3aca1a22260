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
from dagster_project.installation.workspace import Workspace
from dagster_project.marts.catalogue import Mart
from dagster_project.warehouse.checksum import write_warehouse_checksum
from dagster_project.warehouse.dbt import BUILD, build_for, dbt_resource, variables
from dagster_project.warehouse.publication_history import PublicationHistory
from dagster_project.warehouse.raw_layer import (
    RawLayer,
    are_figures_built,
    current_fingerprint,
    current_raw_layer,
    open_warehouse,
    set_built_fingerprint,
    write_published,
    write_raw,
)

logger = logging.getLogger(__name__)

BUILT_BY_DBT = ("model", "seed")


def warehouse_assets(manifest_file: Path, marts: Sequence[Mart]) -> dg.AssetsDefinition:
    """Define the asset of every model and seed in dbt's manifest."""
    manifest = json.loads(manifest_file.read_bytes())

    @dg.multi_asset(name="warehouse", specs=_specs(manifest))
    def warehouse(workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult]:
        opened = workspace.open
        raw = current_raw_layer(opened)
        # Equal as long as dbt would build the same.
        version = current_fingerprint(opened, raw)
        built = set()
        if are_figures_built(opened):
            logger.info("warehouse: nothing new, so the figures stay as they are and only the clocks move")
        else:
            logger.info("warehouse: dbt builds the marts")
            for result in _build(opened, manifest_file, raw, version):
                built.add(result.asset_key)
                yield result
        # Checks and release wait for the marts alone, so the models before these need no event of their own.
        for key in (key for key in map(mart_key, marts) if key not in built):
            yield dg.MaterializeResult(key, data_version=dg.DataVersion(version), metadata={"unchanged": True})

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


def _build(opened: Workspace, manifest_file: Path, raw: RawLayer, version: str) -> Iterator[dg.MaterializeResult]:
    """Build staging, intermediate and marts from the deliveries that may be shown."""
    published = PublicationHistory(opened).files()
    with open_warehouse(opened.warehouse) as connection:
        set_built_fingerprint(connection, None)
        write_raw(connection, raw)
        write_published(connection, published)
    municipality = opened.settings.municipality_code
    build_for(opened.warehouse, municipality)
    # One folder for all runs: dbt finds there what it parsed before, and nothing piles up.
    call = dbt_resource().cli(
        [*BUILD, *variables(municipality)], manifest=manifest_file, target_path=opened.home / "dbt"
    )
    for event in call.stream():
        # Tests stop dbt's build, and so the run; as events they would fill half of Dagster's history.
        if isinstance(event, dg.AssetMaterialization):
            yield dg.MaterializeResult(event.asset_key, metadata=event.metadata, data_version=dg.DataVersion(version))
    with open_warehouse(opened.warehouse) as connection:
        set_built_fingerprint(connection, version)
    write_warehouse_checksum(opened)


def _specs(manifest: Mapping[str, Any]) -> list[dg.AssetSpec]:
    keys = {
        **{name: _key(node) for name, node in manifest["nodes"].items() if node["resource_type"] in BUILT_BY_DBT},
        **{name: dg.AssetKey([node["source_name"], node["name"]]) for name, node in manifest["sources"].items()},
    }
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
