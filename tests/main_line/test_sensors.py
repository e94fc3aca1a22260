"""Sensors on a real Dagster instance: they send what the command line sends, each alert once among all of them."""

from datetime import UTC, date, datetime

import dagster as dg
import pytest
from alerts.receivers import webhook

from dagster_project.contracts.load import load_feeds
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.landing.store import FeedState, FeedStore
from orchestration.sensors import alerts, run_failed

# These import Dagster, which takes seconds.
pytestmark = pytest.mark.xdist_group("dagster")

LONG_AGO = datetime(2026, 1, 31, 5, 0, tzinfo=UTC)


@pytest.fixture
def hook(monkeypatch):
    with webhook() as hook:
        monkeypatch.setenv("MAANDVERS_ALERTS__WEBHOOK__URL", hook.url)
        yield hook


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MAANDVERS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def asked_long_ago(home):
    """An installation whose schedule stopped after one feed was asked."""
    (feed,) = [feed for feed in load_feeds(DBT_PROJECT / "models") if feed.id == "police.crime_yearly"]
    store = FeedStore(home / "landing", feed)
    store.record(FeedState(attempted_at=LONG_AGO, checked_at=LONG_AGO), LONG_AGO)
    return store


def look(instance):
    return alerts(dg.build_sensor_context(instance)).skip_reason.skip_message


def test_a_late_delivery_is_reported_once(asked_long_ago, hook):
    with dg.DagsterInstance.ephemeral() as instance:
        assert look(instance) == "1 alerts sent"
        assert f"{date(2026, 1, 31):%d-%m-%Y}" in hook.posts[0]["text"]
        assert look(instance) == "0 alerts sent"
    # Another daemon, as after a restart.
    with dg.DagsterInstance.ephemeral() as instance:
        assert look(instance) == "0 alerts sent"
    assert hook.kinds() == ["we_are_late"]


def test_an_alert_that_is_not_taken_is_tried_at_the_next_look(asked_long_ago, hook):
    hook.status = 500
    with dg.DagsterInstance.ephemeral() as instance:
        assert look(instance) == "0 alerts sent; webhook: the answer has status 500"
        hook.status = 200
        assert look(instance) == "1 alerts sent"
    assert hook.kinds() == ["we_are_late"]


def test_an_installation_that_never_ran_reports_nothing(home, hook):
    with dg.DagsterInstance.ephemeral() as instance:
        assert look(instance) == "0 alerts sent"
    assert hook.posts == []


def test_a_failed_run_is_reported_once(home, hook):
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
        ).for_run_failure()
        for _ in range(2):
            run_failed(context)
    assert hook.kinds() == ["run_failed"]
    assert "no such table" not in hook.posts[0]["text"]


def test_without_a_channel_alerts_are_logged_once(asked_long_ago, capsys):
    with dg.DagsterInstance.ephemeral() as instance:
        assert look(instance) == "1 alerts sent"
        assert look(instance) == "0 alerts sent"
    assert capsys.readouterr().err.count("Niet meer gevraagd naar nieuwe cijfers: Politie") == 1
