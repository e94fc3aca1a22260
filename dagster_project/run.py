"""One run of the job ``publish`` from the command line, in this process, and its result."""

import logging
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.audit.judging import warm_up
from dagster_project.audit.outcome import AuditOutcome
from dagster_project.errors import ExitCode, SetupError, shown
from dagster_project.installation.opening import workspace_to_run
from dagster_project.installation.settings import TOML
from dagster_project.installation.workspace import Clock, Workspace, wall_clock
from dagster_project.marts.catalogue import read_marts
from dagster_project.operations.rebuild_as_of import ReleaseComparison, compare_with_release
from dagster_project.release.build import latest_release
from dagster_project.warehouse.dbt import current_manifest

if TYPE_CHECKING:
    from dagster import AssetKey, Definitions, ExecuteInProcessResult

logger = logging.getLogger(__name__)

# Failures for a person to act on before the next run; the second is of another run that is at work.
REFUSED = ("SetupError", "InstallationTakenError")
# Failures that stop a release on purpose; any other failure is unexpected.
FORESEEN = ("DagsterAssetCheckFailedError", "DatabaseError", "DbtError", "MartRefusedError", "ReadBackError")
# Failure after the release is out.
NOT_PUBLISHED = "PublicationError"


@dataclass(frozen=True)
class RunResult:
    """Result of a run."""

    exit_code: ExitCode
    release_id: str | None
    # Folder of the new release.
    folder: Path | None
    failures: list[str]
    # How a point-in-time rebuild compares with the release that was kept of its day.
    comparison: ReleaseComparison | None = None


def run(
    *,
    is_sample: bool,
    as_of: date | None = None,
    feeds: Sequence[str] = (),
    as_known_on: date | None = None,
    clock: Clock = wall_clock,
) -> RunResult:
    """Run the job once, or rebuild what was known on a day. Raises MaandversError for a person to act on."""
    real = workspace_to_run(is_sample=is_sample, as_of=as_of, clock=clock)
    if real.settings.scope == "shared":
        raise SetupError(
            "this installation lands feeds for others and releases nothing\n"
            f"  do: 'maandvers land'; or set scope in {TOML} to 'municipality' or 'country'"
        )
    real.select(list(feeds))
    workspace = real.as_known_on(as_known_on) if as_known_on else real
    before = latest_release(workspace.releases)
    if before is None or before.as_of != workspace.today:
        # Judgements on the clocks differ from day to day; later on the same day most of what was judged stands.
        warm_up()
    marts = read_marts(current_manifest())
    # Only now: importing Dagster takes seconds, and a typing error should not wait for it.
    from dagster_project.definitions import build_defs
    from dagster_project.defs.resources import WorkspaceResource
    from orchestration.alerts.failed_runs import note_failed_run
    from orchestration.alerts.outbox import send_after_run
    from orchestration.jobs import PUBLISH

    days = {"as_of": as_of, "as_known_on": as_known_on}
    given = {name: day.isoformat() for name, day in days.items() if day}
    definitions = build_defs(workspace=WorkspaceResource(is_sample=is_sample, clock=clock, **given))
    result = _execute(definitions, PUBLISH, _selection(definitions, PUBLISH, real, feeds) if feeds else None)
    after = latest_release(workspace.releases)
    released = after.release_id if after and (before is None or after.release_id != before.release_id) else None
    failures = _failures(result)
    if as_known_on is None and not any(kind == "InstallationTakenError" for kind, _ in failures):
        if failures:
            note_failed_run(real, result.run_id)
        send_after_run(real)
    return RunResult(
        exit_code=_exit_code(workspace, released, failures),
        release_id=released,
        folder=workspace.releases / released if released else None,
        failures=[text for _, text in failures],
        comparison=compare_with_release(real, workspace, marts) if as_known_on else None,
    )


def _execute(definitions: "Definitions", job: str, selection: "Sequence[AssetKey] | None") -> "ExecuteInProcessResult":
    """Execute the job in this process.

    Its events go to the Dagster instance of DAGSTER_HOME where one is set. Without one they are not kept: our own event
    log is the history of record, and SQLite would take half of the time of a night without news.
    """
    from dagster import DagsterInstance

    with DagsterInstance.get() if os.environ.get("DAGSTER_HOME") else DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def(job).execute_in_process(
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            instance=instance,
            asset_selection=selection,
            raise_on_error=False,
        )


def _selection(definitions: "Definitions", job: str, workspace: Workspace, names: Sequence[str]) -> "list[AssetKey]":
    """Select every asset but the raw tables of feeds that are not named."""
    from dagster_project.defs.feed_assets import raw_key

    chosen = workspace.select(list(names))
    left_out = {raw_key(feed, table) for feed in workspace.feeds if feed not in chosen for table in feed.tables}
    return [key for key in definitions.resolve_job_def(job).asset_layer.selected_asset_keys if key not in left_out]


def _failures(result: "ExecuteInProcessResult") -> list[tuple[str, str]]:
    """Return kind and text of each failure; the cause where Dagster has wrapped one."""
    errors = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    # A failure before the first step, such as another run at work, is an event of the run.
    errors = errors or [event.job_failure_data.error for event in result.all_events if event.is_job_failure]
    failures = []
    for error in errors:
        if error:
            cause = error.cause or error
            kind = cause.cls_name or ""
            # Dagster puts the full name of the class before the message.
            failures.append((kind, shown(re.sub(rf"^[\w.]*\b{kind}: ", "", cause.message.strip()))))
    return failures


def _exit_code(workspace: Workspace, released: str | None, failures: list[tuple[str, str]]) -> ExitCode:
    foreseen = (*FORESEEN, NOT_PUBLISHED)
    # The database may go at any step; readers have the release before.
    unforeseen = [text for kind, text in failures if kind not in foreseen and not workspace.warehouse.is_lost(text)]
    if refused := next((text for kind, text in failures if kind in REFUSED), None):
        raise SetupError(refused)
    if unforeseen:
        return ExitCode.UNEXPECTED
    if released is None:
        return ExitCode.NOTHING_RELEASED
    if any(kind == NOT_PUBLISHED for kind, _ in failures):
        return ExitCode.NOT_PUBLISHED
    outcome = AuditOutcome.read(workspace.audit)
    in_use = [verdict for verdict in outcome.feeds if verdict.clocks.is_in_use] if outcome else []
    if any(verdict.is_withheld for verdict in in_use):
        return ExitCode.RELEASED_WITH_WITHHELD_FEEDS
    if any(verdict.clocks.problems for verdict in in_use):
        return ExitCode.RELEASED_WITH_UNCHECKED_FEEDS
    return ExitCode.RELEASED
