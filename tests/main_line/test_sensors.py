"""Sensors on a real Dagster instance: a failed run and a late delivery each give one alert."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from logging import Logger, getLogger
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.contracts.load import load_feeds
from dagster_project.definitions import build_defs
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.landing.store import FeedState, FeedStore
from orchestration.alerts import Alert, Alerts, LogAlerts
from orchestration.sensors import late_deliveries, run_failed

# These import Dagster, which takes seconds.
pytestmark = pytest.mark.xdist_group("dagster")

LONG_AGO = datetime(2026, 1, 31, 5, 0, tzinfo=UTC)


class Outbox(Alerts):
    """A channel that writes each alert to a file."""

    file: str

    def send(self, alert: Alert, log: Logger) -> None:
        with Path(self.file).open("a") as outbox:
            outbox.write(json.dumps(asdict(alert)) + "\n")

    @property
    def sent(self) -> list[Alert]:
        file = Path(self.file)
        return [Alert(**json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []


@pytest.fixture
def alerts(tmp_path):
    return Outbox(file=str(tmp_path / "alerts"))


@pytest.fixture
def asked_long_ago(tmp_path, monkeypatch):
    """An installation whose schedule stopped after one feed was asked."""
    monkeypatch.setenv("MAANDVERS_HOME", str(tmp_path / "home"))
    (feed,) = [feed for feed in load_feeds(DBT_PROJECT / "models") if feed.id == "police.crime_yearly"]
    store = FeedStore(tmp_path / "home" / "landing", feed)
    store.record(FeedState(attempted_at=LONG_AGO, checked_at=LONG_AGO), LONG_AGO)
    return store


def look(instance, alerts, cursor=None):
    context = dg.build_sensor_context(instance, cursor=cursor, resources={"alerts": alerts})
    return late_deliveries(context)


def test_a_late_delivery_is_reported_once(asked_long_ago, alerts):
    with dg.DagsterInstance.ephemeral() as instance:
        first = look(instance, alerts)
        assert [alert.title for alert in alerts.sent] == ["police.crime_yearly: we are late"]
        assert f"not asked since {date(2026, 1, 31)}" in alerts.sent[0].text
        second = look(instance, alerts, first.cursor)
        assert (len(alerts.sent), second.skip_reason.skip_message) == (1, "1 late, 0 of them new")


def test_a_delivery_that_is_late_again_is_reported_again(asked_long_ago, alerts):
    with dg.DagsterInstance.ephemeral() as instance:
        first = look(instance, alerts)
        now = datetime.now(UTC)
        asked_long_ago.record(FeedState(attempted_at=now, checked_at=now), now)
        second = look(instance, alerts, first.cursor)
        assert (second.cursor, len(alerts.sent)) == ("[]", 1)
        asked_long_ago.record(FeedState(attempted_at=LONG_AGO, checked_at=LONG_AGO), now)
        look(instance, alerts, second.cursor)
        assert len(alerts.sent) == 2


def test_an_installation_that_never_ran_reports_nothing(tmp_path, monkeypatch, alerts):
    monkeypatch.setenv("MAANDVERS_HOME", str(tmp_path / "home"))
    with dg.DagsterInstance.ephemeral() as instance:
        assert look(instance, alerts).cursor == "[]"
    assert alerts.sent == []


def test_a_failed_run_is_reported_with_its_reason(alerts):
    @dg.op
    def breaks():
        raise ValueError("no such table")

    @dg.job
    def publish():
        breaks()

    with dg.DagsterInstance.ephemeral() as instance:
        result = publish.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="run_failed",
            dagster_event=result.get_run_failure_event(),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            resources={"alerts": alerts},
        ).for_run_failure()
        run_failed(context)
    assert [alert.title for alert in alerts.sent] == [f"Maandvers: run {result.run_id} failed"]
    assert "breaks" in alerts.sent[0].text


def test_without_a_channel_alerts_are_logged(caplog):
    channel = build_defs().resources["alerts"]
    channel.send(Alert("police.crime_yearly: we are late", "since 31 January", "the operator"), getLogger("tick"))
    assert "police.crime_yearly: we are late\nsince 31 January\nwrite to: the operator" in caplog.text


def test_a_channel_of_your_own_takes_its_place(alerts):
    assert isinstance(build_defs().resources["alerts"], LogAlerts)
    assert build_defs(alerts=alerts).resources["alerts"] == alerts
