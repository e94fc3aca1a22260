"""Build plan of the warehouse, and the record of what was built.

Every raw table has a fingerprint: its deliveries and their columns. The fingerprints of what was built are stored in
the warehouse. A build first removes those of the tables that it rebuilds from, and writes them when it has succeeded:
what a failed build touched is rebuilt by the next run. A killed build leaves a warehouse without a valid checksum, and
nothing in it is used again.

No fingerprint contains an absolute path: moving an installation rebuilds nothing.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from dagster_project.analysis import method_digest
from dagster_project.audit.outcome import FeedVerdict
from dagster_project.installation.workspace import Workspace
from dagster_project.storage.checksums import digest_of
from dagster_project.storage.sql import insert, literal
from dagster_project.warehouse import random_rounding
from dagster_project.warehouse.checksum import is_warehouse_intact, write_warehouse_checksum
from dagster_project.warehouse.dbt import BUILD, RESULTS, current_manifest, digest_of_sources, run_dbt
from dagster_project.warehouse.publication_history import PublicationHistory
from dagster_project.warehouse.raw_layer import (
    METADATA_SCHEMA,
    RawLayer,
    audited,
    current_raw_layer,
    open_warehouse,
    write_freshness,
    write_publication,
    write_published,
    write_raw,
)
from dagster_project.warehouse.rebuild_selection import dependents
from dagster_project.warehouse.spark.raw_views import SPARK
from dagster_project.warehouse.spark.spark_warehouse import SparkWarehouse

logger = logging.getLogger(__name__)

# Inputs that are no raw table: models, seeds and contracts with the municipality; whether revisions can be computed.
MODELS, HISTORY = "models", "publication_history"
# Every release adds to it. That alone is no reason to build: the figures it describes are those in the warehouse.
PUBLISHED = f"{METADATA_SCHEMA}.published_figures"
# The folder that the raw views read.
FOLDER = "folder"


@dataclass(frozen=True)
class BuildPlan:
    """The raw layer to build from, and which inputs differ from what was built."""

    raw: RawLayer
    inputs: Mapping[str, str]
    built: Mapping[str, str]
    # Those of the audit where none are given.
    verdicts: Sequence[FeedVerdict] | None = None

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Inputs whose current fingerprint is not the one that was built."""
        return tuple(name for name, value in self.inputs.items() if name != FOLDER and self.built.get(name) != value)

    @property
    def is_needed(self) -> bool:
        """Whether dbt has anything to build."""
        return any(name != PUBLISHED for name in self.changed)

    @property
    def is_full(self) -> bool:
        """Whether all of the warehouse is built: the models are new, or nothing says what was built."""
        return MODELS in self.changed

    @property
    def is_moved(self) -> bool:
        """Whether the raw views read another folder than that of this installation."""
        return self.built.get(FOLDER) != self.inputs[FOLDER]

    @property
    def fingerprint(self) -> str:
        """Fingerprint of all figures: equal as long as dbt would build the same from the same deliveries."""
        return _figures_fingerprint(self.inputs)

    @property
    def dbt_arguments(self) -> tuple[str, ...]:
        """The dbt command: everything, or what depends on what changed; empty where nothing does."""
        if self.is_full:
            return BUILD
        delivered = {feed for feed, *_ in self.raw.deliveries}
        chosen = dependents(current_manifest(), self.changed, delivered)
        return (*BUILD, "--select", *chosen) if chosen else ()


def plan(workspace: Workspace, verdicts: Sequence[FeedVerdict] | None = None) -> BuildPlan:
    """Compare the deliveries that may be shown, the models and the settings with what was built."""
    raw = current_raw_layer(workspace, verdicts)
    # Spark hands over tables with the clocks of their build, so that every run builds them.
    built = {} if workspace.builds_on_spark else _read_built(workspace)
    return BuildPlan(raw, _inputs(workspace, raw), built, verdicts)


def build(workspace: Workspace, planned: BuildPlan) -> dict[str, float]:
    """Carry out a plan; returns the nodes that dbt built, by id, with the seconds each took.

    Raises DbtError where dbt failed: what it touched counts as not built.
    """
    prepare(workspace, planned)
    if not planned.is_needed:
        return {}
    # One folder for all runs, so that nothing piles up.
    target = workspace.home / "dbt"
    arguments = planned.dbt_arguments
    has_succeeded = not arguments
    try:
        if arguments:
            changed = "everything" if planned.is_full else f"what depends on {', '.join(planned.changed)}"
            logger.info("warehouse: dbt builds %s", changed)
            if workspace.builds_on_spark:
                SparkWarehouse(workspace).build(current_raw_layer(workspace, planned.verdicts, SPARK))
            else:
                run_dbt(
                    arguments,
                    warehouse=workspace.warehouse,
                    municipality=workspace.settings.municipality_code,
                    target=target,
                    secret=workspace.secret,
                )
            has_succeeded = True
    finally:
        finish(workspace, planned, has_succeeded=has_succeeded)
    if not arguments:
        return {}
    return {node["unique_id"]: node["seconds"] for node in json.loads((target / RESULTS).read_bytes())}


def prepare(workspace: Workspace, planned: BuildPlan) -> None:
    """Point the raw views at the planned deliveries, and forget what was built from changed ones."""
    if not planned.is_needed and not planned.is_moved:
        return
    with open_warehouse(workspace.warehouse) as connection:
        _write_built(connection, _kept(planned), None if planned.is_needed else planned.fingerprint)
        write_raw(connection, planned.raw)
        write_published(connection, PublicationHistory(workspace).files())
    if not planned.is_needed:
        write_warehouse_checksum(workspace)


def finish(workspace: Workspace, planned: BuildPlan, *, has_succeeded: bool) -> None:
    """Record what was built; of a failed build only what it did not touch."""
    if has_succeeded:
        with open_warehouse(workspace.warehouse) as connection:
            _write_built(connection, planned.inputs, planned.fingerprint)
        workspace.warehouse.tidy()
    write_warehouse_checksum(workspace)


def move_clocks(workspace: Workspace) -> None:
    """Write the clocks of the audit into the warehouse, which the marts read and figures do not."""
    was_intact = is_warehouse_intact(workspace)
    outcome = audited(workspace)
    published_on = PublicationHistory(workspace).day_of(current_fingerprint(workspace)) or outcome.as_of
    with open_warehouse(workspace.warehouse) as connection:
        write_freshness(connection, workspace.feeds, outcome.feeds)
        write_publication(connection, published_on)
    if was_intact:
        write_warehouse_checksum(workspace)


def current_fingerprint(workspace: Workspace) -> str:
    """Fingerprint of the figures that dbt would build of the deliveries that may be shown now."""
    return _figures_fingerprint(_inputs(workspace, current_raw_layer(workspace)))


def _inputs(workspace: Workspace, raw: RawLayer) -> dict[str, str]:
    """The fingerprint of each input as it is now."""
    history = PublicationHistory(workspace)
    # As long as the history is damaged no revision is computed; afterwards all of them are again.
    readable = "damaged" if history.damage() else "readable"
    return {
        # Of rounding and of analyses, the models contain only the call.
        MODELS: _digest(
            [
                digest_of_sources(),
                digest_of(Path(random_rounding.__file__)),
                method_digest(),
                workspace.settings.municipality_code,
                workspace.secret,
            ]
        ),
        **{name: _digest(content) for name, content in raw.contents.items()},
        HISTORY: readable,
        PUBLISHED: _digest([readable, *(one.release_id for one in history.readable())]),
        FOLDER: str(workspace.home),
    }


def _kept(planned: BuildPlan) -> dict[str, str]:
    """The fingerprints that stay valid during a build."""
    if planned.is_full:
        return {}
    return {name: value for name, value in planned.inputs.items() if name not in planned.changed}


def _read_built(workspace: Workspace) -> dict[str, str]:
    """The fingerprint of each input as it was built; none where the warehouse is not as the last run left it."""
    if not is_warehouse_intact(workspace):
        return {}
    with open_warehouse(workspace.warehouse) as connection:
        tables = f"SELECT table_name FROM duckdb_tables() WHERE schema_name = {literal(METADATA_SCHEMA)}"
        if ("build_inputs",) not in connection.execute(tables).fetchall():
            return {}
        return dict(connection.execute(f"SELECT input, fingerprint FROM {METADATA_SCHEMA}.build_inputs").fetchall())


def _write_built(connection: duckdb.DuckDBPyConnection, inputs: Mapping[str, str], fingerprint: str | None) -> None:
    """Write which inputs are built, and the fingerprint of all figures; None while those are incomplete."""
    connection.execute(f"CREATE OR REPLACE TABLE {METADATA_SCHEMA}.build_inputs (input varchar, fingerprint varchar)")
    insert(connection, f"{METADATA_SCHEMA}.build_inputs", inputs.items())
    connection.execute(
        f"CREATE OR REPLACE TABLE {METADATA_SCHEMA}.build AS SELECT {literal(fingerprint)}::varchar AS fingerprint"
    )


def _figures_fingerprint(inputs: Mapping[str, str]) -> str:
    return _digest(sorted((name, value) for name, value in inputs.items() if name not in (PUBLISHED, FOLDER)))


def _digest(parts: Iterable[object]) -> str:
    return hashlib.sha256(repr(list(parts)).encode()).hexdigest()
