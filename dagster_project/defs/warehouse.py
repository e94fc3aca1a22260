"""The dbt models as assets: built by one call of dbt, and not at all when they would come out the same."""

import logging
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.dbt import BUILD, build_for, current_manifest, digest_of_sources
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.landing.store import FeedStore
from dagster_project.verify import is_warehouse_sealed, seal_warehouse
from dagster_project.warehouse import (
    built_fingerprint,
    fingerprint,
    open_warehouse,
    raw_layer,
    set_built_fingerprint,
    write_freshness,
    write_raw,
)

logger = logging.getLogger(__name__)


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
def warehouse_assets(context: dg.AssetExecutionContext, workspace: WorkspaceResource, dbt: DbtCliResource):  # noqa: ANN201
    """Build staging, intermediate and marts from the deliveries that may be shown."""
    opened = workspace.open
    outcome = AuditOutcome.read(opened.audit)
    assert outcome is not None, "the audit of deliveries runs before the warehouse"
    raw = raw_layer([FeedStore(opened.landing, feed) for feed in opened.feeds], outcome.feeds)
    wanted = fingerprint(raw, opened.settings.municipality_code, digest_of_sources())
    is_intact = is_warehouse_sealed(opened)
    with open_warehouse(opened.warehouse) as connection:
        is_built = built_fingerprint(connection) == wanted and is_intact
        write_freshness(connection, opened.feeds, outcome.feeds)
        if not is_built:
            set_built_fingerprint(connection, None)
            write_raw(connection, raw)
    if is_built:
        logger.info("warehouse: nothing new, so the figures stay as they are and only the clocks have moved")
        seal_warehouse(opened)
        yield from _as_before(context)
        return
    logger.info("warehouse: dbt builds the marts")
    build_for(opened.warehouse, opened.settings.municipality_code)
    # One folder for all runs: dbt finds there what it parsed before, and nothing piles up.
    yield from dbt.cli(BUILD, context=context, target_path=opened.home / "dbt").stream()
    with open_warehouse(opened.warehouse) as connection:
        set_built_fingerprint(connection, wanted)
    seal_warehouse(opened)


def _as_before(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    """Tell Dagster that the marts stand as they were built.

    What lies before the marts was not touched, and keeps the date on which it was made.
    """
    marts = {spec.key for spec in context.assets_def.specs if spec.key.path[0] == "marts"}
    # Dagster wants what depends on something after it.
    upstream = {spec.key: {dep.asset_key for dep in spec.deps} for spec in context.assets_def.specs}
    for key in TopologicalSorter(upstream).static_order():
        if key in marts:
            yield dg.MaterializeResult(key, metadata={"rebuilt": False})
