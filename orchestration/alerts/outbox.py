"""Sending: each alert once by each channel; one that a channel did not take waits and is tried again."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from dagster_project.errors import SetupError
from dagster_project.installation.opening import make_home
from dagster_project.installation.workspace import Workspace
from dagster_project.storage.atomic import write_file
from orchestration.alerts.alert import Alert
from orchestration.alerts.channels import Channel, ChannelError, Letter, channels_of

logger = logging.getLogger(__name__)

# An alert that was not taken for so long is no news; no figure in it is older than a month.
_TRIED_FOR = timedelta(days=7)
# Longer than any fact lasts that could come back under the same name.
_REMEMBERED_FOR = timedelta(days=400)


class WaitingAlert(BaseModel):
    """An alert that some channels have yet to take."""

    alert: Alert
    since: datetime
    channels: list[str]


class SentRecord(BaseModel):
    """All that is remembered between two looks."""

    # When each fact was reported.
    facts: dict[str, datetime] = {}
    waiting: list[WaitingAlert] = []
    release_id: str | None = None
    sides: dict[str, str] = {}


@dataclass
class Sending:
    """Result of a look: the alerts that were sent or would be, and why a channel took none."""

    alerts: list[Alert] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def planned_alerts(workspace: Workspace) -> list[Alert]:
    """List what would be sent now, and change nothing."""
    record = _read(_file(workspace))
    return [waiting.alert for waiting in record.waiting] + _collected(workspace, record)


def send_alerts(workspace: Workspace, channels: Sequence[Channel] | None = None) -> Sending:
    """Send what is new and what waits, by the channels of the settings or by others.

    Raises SetupError for a record that cannot be read.
    """
    channels = channels_of(workspace) if channels is None else channels
    if not channels:
        return Sending()
    make_home(workspace)
    file = _file(workspace)
    file.parent.mkdir(exist_ok=True)
    try:
        with FileLock(file.with_suffix(".lock")).acquire(timeout=0):
            return _sent(workspace, channels, file)
    except Timeout:
        # Another process sends the same.
        return Sending()


def send_after_run(workspace: Workspace) -> None:
    """Send at the end of a run, which no alert may fail."""
    try:
        for problem in send_alerts(workspace).problems:
            logger.warning("alerts: %s; they are tried again at the next run", problem)
    except Exception as error:
        logger.warning("alerts: not sent (%s: %s)", type(error).__name__, error)


def _sent(workspace: Workspace, channels: Sequence[Channel], file: Path) -> Sending:
    record, now = _read(file), workspace.now()
    by_name = {channel.name: channel for channel in channels}
    for alert in _collected(workspace, record):
        record.waiting.append(WaitingAlert(alert=alert, since=now, channels=[*by_name]))
        record.facts |= dict.fromkeys(alert.facts, now)
    record.facts = {fact: at for fact, at in record.facts.items() if at > now - _REMEMBERED_FOR}
    # Before the first is sent: what was reported is known after a crash as well.
    _write(file, record)
    result = Sending()
    for waiting in record.waiting:
        _try(workspace, waiting, by_name, result)
        _write(file, record)
    record.waiting = [one for one in record.waiting if one.channels and one.since > now - _TRIED_FOR]
    _write(file, record)
    return result


def _try(workspace: Workspace, waiting: WaitingAlert, channels: dict[str, Channel], result: Sending) -> None:
    """Send an alert by the channels that have not taken it, as far as they are still set up."""
    letter = Letter(
        alert=waiting.alert,
        municipality_code=workspace.settings.municipality_code,
        is_fictional=workspace.is_sample,
        at=workspace.now(),
        board=workspace.settings.board.address,
    )
    failed = []
    for name in (name for name in waiting.channels if name in channels):
        try:
            channels[name].send(letter)
        except ChannelError as error:
            failed.append(name)
            if str(error) not in result.problems:
                result.problems.append(str(error))
    if len(failed) < len(waiting.channels):
        result.alerts.append(waiting.alert)
    waiting.channels = failed


def _collected(workspace: Workspace, record: SentRecord) -> list[Alert]:
    # It reads with the board, which a run or a code location without alerts need not import.
    from orchestration.alerts.collect import LastLook, collect

    known = LastLook(record.facts, record.release_id, record.sides)
    alerts = collect(workspace, known)
    record.release_id = known.release_id
    return alerts


def _file(workspace: Workspace) -> Path:
    return workspace.home / "alerts" / "sent.json"


def _read(file: Path) -> SentRecord:
    try:
        return SentRecord.model_validate_json(file.read_bytes()) if file.exists() else SentRecord()
    except ValidationError as error:
        raise SetupError(
            f"{file} cannot be read, so it is unknown which alerts were sent\n"
            "  do: put it back from your back-up; or remove it, and what is late now is reported once more"
        ) from error


def _write(file: Path, record: SentRecord) -> None:
    write_file(file, record.model_dump_json(indent=2).encode())
