"""The dbt models as assets, built by one call of dbt."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets

from dagster_project.dbt import BUILD, build_for, current_manifest, variables
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.release.ledger import Ledger
from dagster_project.verify import seal_warehouse
from dagster_project.warehouse import (
    current_fingerprint,
    current_raw_layer,
    open_warehouse,
    set_built_fingerprint,
    write_published,
    write_raw,
)

logger = logging.getLogger(__name__)

# Events of a dbt build.
Built = dg.Output | dg.AssetMaterialization | dg.AssetObservation | dg.AssetCheckResult | dg.AssetCheckEvaluation


class GroupsByFolder(DagsterDbtTranslator):
    """Groups assets by supplier (staging) and theme (intermediate, marts): the folder a model lies in."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The folder below the layer; a theme's mart belongs to the theme it is named after; seeds are reference."""
        if dbt_resource_props["resource_type"] == "seed":
            return "reference"
        folder = dbt_resource_props["fqn"][-2]
        return dbt_resource_props["name"].removeprefix("mart_") if folder == "themes" else folder


@dbt_assets(
    manifest=current_manifest(),
    # dbt's own tests stop its build, and so the run; as checks they would fill half of Dagster's books.
    dagster_dbt_translator=GroupsByFolder(DagsterDbtTranslatorSettings(enable_asset_checks=False)),
    name="warehouse",
    pool="duckdb",
)
def warehouse_assets(
    context: dg.AssetExecutionContext, workspace: WorkspaceResource, dbt: DbtCliResource
) -> Iterator[Built]:
    """Build staging, intermediate and marts from the deliveries that may be shown."""
    opened = workspace.open
    raw, published = current_raw_layer(opened), Ledger(opened).files()
    with open_warehouse(opened.warehouse) as connection:
        set_built_fingerprint(connection, None)
        write_raw(connection, raw)
        write_published(connection, published)
    logger.info("warehouse: dbt builds the marts")
    municipality = opened.settings.municipality_code
    build_for(opened.warehouse, municipality)
    # One folder for all runs: dbt reuses its parse, and no files accumulate.
    yield from dbt.cli([*BUILD, *variables(municipality)], context=context, target_path=opened.home / "dbt").stream()
    with open_warehouse(opened.warehouse) as connection:
        set_built_fingerprint(connection, current_fingerprint(opened, raw))
    seal_warehouse(opened)
