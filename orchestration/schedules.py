"""The nightly schedule, which is the only automation.

Figures stay fresh because every supplier confirms them each night, also when nothing is due: the contract's cadence
says when new figures are expected, not when to ask. So there are no automation conditions per feed; a supplier that is
late by its cadence is reported by a sensor.
"""

import dagster as dg

from orchestration.jobs import PUBLISH

every_night = dg.ScheduleDefinition(
    name="every_night",
    job_name=PUBLISH,
    # After Signalen's nightly export and before people start to work.
    cron_schedule="30 5 * * *",
    execution_timezone="Europe/Amsterdam",
    # On from the start: clocks run, also where a person has yet to find the switch.
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Asks every supplier once a night, so that each clock is confirmed or reported.",
)
