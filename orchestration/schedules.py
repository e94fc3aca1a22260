"""Schedules: when jobs run without anybody asking."""

import dagster as dg

from orchestration.jobs import publish

# After Signalen's nightly export and before people start to work.
every_night = dg.ScheduleDefinition(
    name="every_night",
    job=publish,
    cron_schedule="30 5 * * *",
    execution_timezone="Europe/Amsterdam",
    # Whoever opens Dagster has it run; Dagster itself would wait until somebody finds the switch.
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Looks at every supplier once a day, so that no figure's clock can run unseen.",
)
