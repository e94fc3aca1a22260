"""Sensors: alerts on a failed run and on late deliveries.

They watch runs that Dagster launched. A run from the command line reports through its exit code and its output.
"""

import json

import dagster as dg

from dagster_project.installation.opening import workspace_of
from dagster_project.installation.settings import load_settings
from dagster_project.operations.status import read_status
from orchestration.alerts import Alert, Alerts

# Deliveries are late by the day: an hour is soon enough, and a look costs little.
SECONDS_BETWEEN_LOOKS = 3600


@dg.run_failure_sensor(
    name="run_failed",
    # Without a list of jobs it watches those of our own code location.
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Reports each failed run, so that a person looks before figures expire.",
)
def run_failed(context: dg.RunFailureSensorContext, alerts: Alerts) -> None:
    """Report a failed run of our own code location."""
    run = context.dagster_run
    alerts.send(Alert(f"Maandvers: run {run.run_id} failed", context.failure_event.message or ""), context.log)


@dg.sensor(
    name="late_deliveries",
    minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Reports each delivery that becomes late, once: by the supplier, by us, or because a check failed.",
)
def late_deliveries(context: dg.SensorEvaluationContext, alerts: Alerts) -> dg.SensorResult:
    """Report late deliveries that were not late at the look before."""
    status = read_status(workspace_of(is_sample=load_settings().sample, as_of=None))
    late = {f"{feed.feed} {one.kind} {one.due}": (feed, one) for feed in status.feeds for one in feed.late}
    reported = set(json.loads(context.cursor)) if context.cursor else set()
    for name, (feed, one) in late.items():
        if name not in reported:
            alerts.send(Alert(f"{feed.feed}: {one.kind}", str(one), one.write_to), context.log)
    new = len(late.keys() - reported)
    return dg.SensorResult(
        # Only what is late now: a delivery that is late again later is reported again.
        cursor=json.dumps(sorted(late)),
        skip_reason=f"{len(late)} late, {new} of them new",
    )
