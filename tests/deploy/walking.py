"""A page of the documentation, walked on a machine: the commands that it gives, and a night that begins now."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from dagster import ScheduleDefinition

from .machine import Machine

# A folder of time zones that Python reads before its own.
ZONES = "/opt/zones"
# Longer than the daemon takes to start.
BEFORE = timedelta(seconds=45)


def commands(page: Path, section: str) -> list[str]:
    """The blocks of commands in a section of a page."""
    (text,) = re.findall(
        rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


def begin_night(machine: Machine, schedule: ScheduleDefinition, units: Sequence[str], days: int = 0) -> date:
    """Move the time zone to just before the last hour of a schedule, or some days later; returns the day."""
    minute, hour = map(int, str(schedule.cron_schedule).split()[:2])
    now = datetime.now(UTC)
    # Less than a day away from UTC, or it is no time zone.
    first = datetime.combine(now.date(), time(hour, minute), UTC) - BEFORE
    first -= timedelta(days=first > now)
    seconds = (first + timedelta(days=days) - now).total_seconds()
    offset = f"{'-' if seconds < 0 else ''}{timedelta(seconds=round(abs(seconds)))}"
    drop_ins = [f"/etc/systemd/system/maandvers-dagster-{name}.service.d" for name in ("code", "daemon")]
    machine.run(
        f"echo 'Zone {schedule.execution_timezone} {offset} - NIGHT' > {ZONES}.zi; zic -d {ZONES} {ZONES}.zi;"
        f"mkdir --parents {' '.join(drop_ins)}; for folder in {' '.join(drop_ins)}; do "
        f"printf '[Service]\\nEnvironment=PYTHONTZPATH={ZONES}:/usr/share/zoneinfo\\n' > $folder/night.conf; done;"
        f"systemctl daemon-reload; systemctl restart {' '.join(units)}"
    )
    return (first + timedelta(days=days)).date()
