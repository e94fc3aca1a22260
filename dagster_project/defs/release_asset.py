"""The release as an asset: built from every mart, after every check that can stop it."""

import logging
from collections.abc import Sequence

import dagster as dg
import duckdb

from dagster_project.audit.judging import data_docs
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.errors import MaandversError
from dagster_project.installation.workspace import Workspace
from dagster_project.marts.catalogue import Mart
from dagster_project.public_edition.publish import publish_public
from dagster_project.release.build import build_release
from dagster_project.release.reader import DATABASE
from dagster_project.warehouse.raw_layer import audited

logger = logging.getLogger(__name__)


def mart_key(mart: Mart) -> dg.AssetKey:
    """Return the key of a mart, which is its name in the warehouse as well."""
    return dg.AssetKey([mart.schema, mart.name])


def release_asset(marts: Sequence[Mart]) -> dg.AssetsDefinition:
    """Define the asset that publishes the marts that passed the audit."""

    @dg.asset(
        key=dg.AssetKey("release"),
        deps=[mart_key(mart) for mart in marts],
        group_name="release",
        kinds={"duckdb", "parquet", "csv"},
        description="Versioned folder with the marts and their provenance; read back before `latest` moves.",
    )
    def release(workspace: WorkspaceResource) -> dg.MaterializeResult:
        opened = workspace.open
        outcome = audited(opened)
        first_page = data_docs(opened.audit, {judgement.suite for judgement in outcome.judgements})
        note = build_release(opened, marts, outcome, first_page.parent)
        folder = opened.releases / note.release_id
        return dg.MaterializeResult(
            metadata={
                "release_id": note.release_id,
                "public_edition": _public_edition(opened, marts),
                "database": dg.MetadataValue.path(str(folder / DATABASE)),
                "freshness_report": dg.MetadataValue.path(str(folder / "freshness" / "index.html")),
                "changes": note.changes,
                "diff": dg.MetadataValue.path(str(folder / "diff" / "index.html")),
                "rows": dg.MetadataValue.json(note.rows),
                "withheld": dg.MetadataValue.json(note.withheld),
                "late": dg.MetadataValue.json({feed: [str(one) for one in late] for feed, late in note.late.items()}),
                "expiring": dg.MetadataValue.json({feed: str(day) for feed, day in note.expiring.items()}),
                "on_last_good_delivery": dg.MetadataValue.json(
                    {mart: [one.feed for one in found] for mart, found in note.last_good.items()}
                ),
                "problems": dg.MetadataValue.json(note.problems),
                "remarks": dg.MetadataValue.json(note.remarks),
            }
        )

    return release


def _public_edition(workspace: Workspace, marts: Sequence[Mart]) -> str:
    """Publish the public edition if the settings ask for it; its failure leaves the internal release as it is."""
    if not workspace.settings.public.enabled or workspace.point_in_time:
        return "not asked for"
    try:
        return publish_public(workspace, marts).release_id
    except (MaandversError, duckdb.Error, OSError) as error:
        logger.warning("the public edition before this one stays: %s", error)
        return f"failed: {error}"
