"""The clocks and the dbt models as assets, the models built by one call of dbt; and whether they need to be."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.contracts.model import Feed
from dagster_project.dbt import BUILD, build_for, current_manifest, digest_of_sources
from dagster_project.defs.feeds import raw_key
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.landing.store import FeedStore
from dagster_project.verify import is_warehouse_sealed, seal_warehouse
from dagster_project.warehouse import (
    BOOKS,
    RawLayer,
    built_fingerprint,
    fingerprint,
    open_warehouse,
    raw_layer,
    set_built_fingerprint,
    write_freshness,
    write_raw,
)
from dagster_project.workspace import Workspace

logger = logging.getLogger(__name__)

# What dbt tells of its models.
Built = dg.Output | dg.AssetMaterialization | dg.AssetObservation | dg.AssetCheckResult | dg.AssetCheckEvaluation


class GroupsByFolder(DagsterDbtTranslator):
    """Groups assets by supplier (staging) and theme (intermediate, marts): the folder a model lies in."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The folder below the layer; a theme's mart belongs to the theme it is named after; seeds are reference."""
        if dbt_resource_props["resource_type"] == "seed":
            return "reference"
        folder = dbt_resource_props["fqn"][-2]
        return dbt_resource_props["name"].removeprefix("mart_") if folder == "themes" else folder


def clocks_asset(feeds: Sequence[Feed]) -> dg.AssetsDefinition:
    """The asset that moves the clocks in the warehouse, which the marts read and figures do not."""

    @dg.asset(
        key=dg.AssetKey([BOOKS, "freshness"]),
        deps=[raw_key(feed, table) for feed in feeds for table in feed.tables],
        group_name="maandvers",
        kinds={"duckdb"},
        description="Until when the figures of each feed may be shown, as the audit of deliveries found.",
        pool="duckdb",
    )
    def clocks(workspace: WorkspaceResource) -> None:
        opened = workspace.open
        was_sealed = is_warehouse_sealed(opened)
        with open_warehouse(opened.warehouse) as connection:
            write_freshness(connection, opened.feeds, _audited(opened).feeds)
        if was_sealed:
            seal_warehouse(opened)

    return clocks


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
    raw = _raw_layer(opened)
    with open_warehouse(opened.warehouse) as connection:
        set_built_fingerprint(connection, None)
        write_raw(connection, raw)
    logger.info("warehouse: dbt builds the marts")
    build_for(opened.warehouse, opened.settings.municipality_code)
    # One folder for all runs: dbt finds there what it parsed before, and nothing piles up.
    yield from dbt.cli(BUILD, context=context, target_path=opened.home / "dbt").stream()
    with open_warehouse(opened.warehouse) as connection:
        set_built_fingerprint(connection, _fingerprint(opened, raw))
    seal_warehouse(opened)


def are_figures_built(opened: Workspace) -> bool:
    """Whether the warehouse holds, unharmed, what dbt would make of the deliveries that may be shown now."""
    if not is_warehouse_sealed(opened):
        return False
    with open_warehouse(opened.warehouse) as connection:
        return built_fingerprint(connection) == _fingerprint(opened, _raw_layer(opened))


def _audited(opened: Workspace) -> AuditOutcome:
    outcome = AuditOutcome.read(opened.audit)
    assert outcome is not None, "the audit of deliveries runs before the warehouse"
    return outcome


def _raw_layer(opened: Workspace) -> RawLayer:
    return raw_layer([FeedStore(opened.landing, feed) for feed in opened.feeds], _audited(opened).feeds)


def _fingerprint(opened: Workspace, raw: RawLayer) -> str:
    return fingerprint(raw, opened.settings.municipality_code, digest_of_sources())
