"""Sensors: alerts on what an installation's state calls for, and on runs that Dagster launched and that failed.

``maandvers run`` sends the same alerts at its end; a record in the installation keeps each from being sent twice.
"""

from logging import Logger

import dagster as dg

from dagster_project.installation.opening import workspace_of
from dagster_project.installation.settings import load_settings
from dagster_project.installation.workspace import Workspace
from orchestration.alerts.channels import LogChannel, channels_of
from orchestration.alerts.failed_runs import note_failed_run
from orchestration.alerts.outbox import Sending, send_alerts

# Deliveries are late by the day: an hour is soon enough, and a look costs little.
SECONDS_BETWEEN_LOOKS = 3600


@dg.run_failure_sensor(
    name="run_failed",
    # Without a list of jobs it watches those of our own code location.
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Reports each failed run, so that a person looks before figures expire.",
)
def run_failed(context: dg.RunFailureSensorContext) -> None:
    """Report a failed run of our own code location."""
    workspace = _workspace()
    note_failed_run(workspace, context.dagster_run.run_id)
    _send(workspace, context.log)


@dg.sensor(
    name="alerts",
    minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Reports late deliveries, figures that expire, targets that were crossed and new releases, each once.",
)
def alerts(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Report what is new since the look before, by whom it was made."""
    sending = _send(_workspace(), context.log)
    return dg.SensorResult(skip_reason="; ".join([f"{len(sending.alerts)} alerts sent", *sending.problems]))


def _workspace() -> Workspace:
    return workspace_of(is_sample=load_settings().sample, as_of=None)


def _send(workspace: Workspace, log: Logger) -> Sending:
    sending = send_alerts(workspace, channels_of(workspace) or [LogChannel(log)])
    for problem in sending.problems:
        log.warning("%s; tried again at the next look", problem)
    return sending
