"""One run of the main line from the command line: everything in one process, and what came of it."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.audit.judging import warm_up
from dagster_project.audit.outcome import AuditOutcome
from dagster_project.errors import ExitCode, SetupError
from dagster_project.installation.opening import workspace_to_run
from dagster_project.installation.workspace import Clock, Workspace, wall_clock
from dagster_project.marts.catalogue import read_marts
from dagster_project.operations.rebuild_as_of import ReleaseComparison, compare_with_release, rebuild_as_of
from dagster_project.release.build import latest_release
from dagster_project.warehouse.build import plan
from dagster_project.warehouse.dbt import current_manifest

if TYPE_CHECKING:
    from dagster import Definitions, ExecuteInProcessResult

logger = logging.getLogger(__name__)

# What stops a release on purpose; any other failure is one that nobody foresaw.
FORESEEN = ("DagsterAssetCheckFailedError", "DbtError", "ReadBackError")


@dataclass(frozen=True)
class RunResult:
    """What came of a run."""

    exit_code: ExitCode
    release_id: str | None
    # Where the release lies that was made.
    folder: Path | None
    failures: list[str]
    # Of what was known on a past day: how it compares with the release that was kept of it.
    comparison: ReleaseComparison | None = None


def run(
    *,
    is_sample: bool,
    as_of: date | None = None,
    feeds: Sequence[str] = (),
    as_known_on: date | None = None,
    clock: Clock = wall_clock,
) -> RunResult:
    """Run the whole line once, or make again what was known on a day. Raises MaandversError for a person to act on."""
    real = workspace_to_run(is_sample=is_sample, as_of=as_of, clock=clock)
    real.select(list(feeds))
    workspace = rebuild_as_of(real, as_known_on) if as_known_on else real
    warm_up()
    before = latest_release(workspace.releases)
    # Only now: importing Dagster takes seconds, and whoever made a typing error should not wait for it.
    from dagster import DagsterInstance

    from dagster_project.defs.resources import WorkspaceResource
    from dagster_project.operations.dagster_home import history_held_open, prepare_dagster_home
    from dagster_project.parts import landing

    def execute(definitions: "Definitions", job: str) -> "ExecuteInProcessResult":
        return definitions.resolve_job_def(job).execute_in_process(
            run_config={"resources": config, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            instance=instance,
            resources={"workspace": WorkspaceResource(clock=clock)},
            raise_on_error=False,
        )

    days = {"as_of": as_of, "as_known_on": as_known_on}
    told = {name: day.isoformat() for name, day in days.items() if day}
    config = {"workspace": {"config": {"is_sample": is_sample, "feeds": list(feeds), **told}}}
    prepare_dagster_home(workspace.home)
    with history_held_open(), DagsterInstance.get() as instance, _dbt_speaks_to(workspace.home / "logs" / "dbt.log"):
        results = [] if as_known_on else [execute(landing(workspace.feeds), "land")]
        if all(result.success for result in results):
            results.append(execute(*_what_comes_next(workspace)))
    after = latest_release(workspace.releases)
    released = after.release_id if after and (before is None or after.release_id != before.release_id) else None
    failures = [failure for result in results for failure in _failures(result)]
    return RunResult(
        exit_code=_exit_code(workspace, released, failures),
        release_id=released,
        folder=workspace.releases / released if released else None,
        failures=[text for _, text in failures],
        comparison=compare_with_release(real, workspace, read_marts(current_manifest())) if as_known_on else None,
    )


def _what_comes_next(workspace: Workspace) -> "tuple[Definitions, str]":
    """The job after landing: a whole build or, with nothing new, a release in which only the clocks have moved.

    What was known on a past day is always built, after its deliveries were judged again.
    """
    if not workspace.reconstruction and not plan(workspace).is_needed:
        from dagster_project.parts import renewal

        logger.info("warehouse: nothing new, so the figures stay as they are and only the clocks move")
        return renewal(workspace.feeds, read_marts(current_manifest())), "renew"
    from dagster_project.definitions import defs

    return defs, "reconstruct" if workspace.reconstruction else "build"


@contextmanager
def _dbt_speaks_to(file: Path) -> Iterator[None]:
    """dbt prints a line per model; standard output is for what a person or a program asked for."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as log, redirect_stdout(log):
        yield


def _failures(result: "ExecuteInProcessResult") -> list[tuple[str, str]]:
    """Kind and text of each failure; the cause where Dagster has wrapped one."""
    errors = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    # What fails before the first step, such as another run at work, is told by the run itself.
    errors = errors or [event.job_failure_data.error for event in result.all_events if event.is_job_failure]
    failures = []
    for error in errors:
        if error:
            cause = error.cause or error
            kind = cause.cls_name or ""
            # Dagster puts the full name of the class before what the error says.
            failures.append((kind, re.sub(rf"^[\w.]*\b{kind}: ", "", cause.message.strip())))
    return failures


def _exit_code(workspace: Workspace, released: str | None, failures: list[tuple[str, str]]) -> ExitCode:
    unforeseen = [text for kind, text in failures if kind not in FORESEEN]
    if any("SetupError" in kind for kind, _ in failures):
        raise SetupError(next(text for kind, text in failures if "SetupError" in kind))
    if unforeseen:
        return ExitCode.UNEXPECTED
    if released is None:
        return ExitCode.NOTHING_RELEASED
    outcome = AuditOutcome.read(workspace.audit)
    in_use = [verdict for verdict in outcome.feeds if verdict.clocks.is_in_use] if outcome else []
    if any(verdict.is_withheld for verdict in in_use):
        return ExitCode.RELEASED_WITH_WITHHELD_FEEDS
    if any(verdict.clocks.problems for verdict in in_use):
        return ExitCode.RELEASED_WITH_UNCHECKED_FEEDS
    return ExitCode.RELEASED
