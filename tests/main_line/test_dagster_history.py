"""Dagster's history: kept for a quarter, and only that of our own installation is ever removed."""

from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest
from landing.lived_through import Lived

from dagster_project.defs.resources import WorkspaceResource
from dagster_project.defs.retention_asset import KEPT_BY_DAGSTER, remove_old_runs, retention_asset
from dagster_project.installation.settings import PROJECT
from dagster_project.installation.workspace import wall_clock
from dagster_project.run import run
from orchestration.jobs import INSTALLATION_TAG
from orchestration.provider.code_location import MUNICIPALITY_TAG, PROVIDER_TAG

# These import Dagster, which takes seconds.
pytestmark = pytest.mark.xdist_group("dagster")

OWN = "/srv/maandvers"


@dg.op
def nothing():
    pass


@dg.job
def build():
    nothing()


@pytest.fixture
def instance(tmp_path, monkeypatch):
    """An instance with our settings, as `make dev` sets it up."""
    settings = (PROJECT / "orchestration" / "dagster.yaml").read_text("utf-8")
    (tmp_path / "dagster.yaml").write_text(settings)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.get() as instance:
        yield instance


def test_only_old_finished_runs_of_the_own_installation_are_removed(instance, tmp_path):
    def files(run_id):
        return [file for file in tmp_path.rglob("*") if run_id in str(file)]

    def runs(**tags):
        return build.execute_in_process(instance=instance, tags=tags).run_id

    own = runs(**{INSTALLATION_TAG: OWN})
    others = {runs(**{INSTALLATION_TAG: "/srv/other"}), runs()}
    unfinished = instance.create_run_for_job(build, tags={INSTALLATION_TAG: OWN}).run_id
    now = datetime.now(UTC)
    assert remove_old_runs(instance, OWN, now - KEPT_BY_DAGSTER) == 0
    later = now + timedelta(days=1)
    assert files(own)
    assert (remove_old_runs(instance, None, later), remove_old_runs(instance, OWN, later)) == (0, 1)
    assert {one.run_id for one in instance.get_runs()} == others | {unfinished}
    assert files(own) == []
    assert all(map(files, others))


def test_runs_are_kept_for_longer_than_a_figure_is_fresh():
    assert timedelta(days=31) < KEPT_BY_DAGSTER


def test_our_settings_limit_our_own_runs_and_nothing_else(instance):
    concurrency = instance.get_concurrency_config()
    assert concurrency.run_queue_config.tag_concurrency_limits == [
        {"key": INSTALLATION_TAG, "value": {"applyLimitPerUniqueValue": True}, "limit": 1},
        {"key": MUNICIPALITY_TAG, "value": {"applyLimitPerUniqueValue": True}, "limit": 1},
        {"key": PROVIDER_TAG, "limit": 2},
    ]
    assert concurrency.run_queue_config.max_concurrent_runs == 10  # Dagster's own
    assert concurrency.pool_config.default_pool_limit is None
    assert instance.run_monitoring_enabled
    assert instance.telemetry_enabled is False


@pytest.mark.parametrize(("as_known_on", "kept"), [(None, 2), ("2010-03-01", 3)])
def test_a_run_removes_what_is_past_its_term_and_a_point_in_time_rebuild_nothing(
    tmp_path, monkeypatch, as_known_on, kept
):
    lived = Lived(tmp_path / "home")
    for month in (1, 2, 3):
        lived.receive(date(2010, month, 1), month)
    monkeypatch.setenv("MAANDVERS_HOME", str(lived.home))
    workspace = WorkspaceResource(as_known_on=as_known_on, clock=wall_clock)
    assert dg.materialize([retention_asset()], resources={"workspace": workspace}).success
    assert len(list(lived.store().deliveries.glob("*/payload/*"))) == kept


@pytest.mark.parametrize("has_home", [True, False])
def test_a_run_from_the_command_line_is_kept_where_dagster_home_is_set(instance, monkeypatch, tmp_path, has_home):
    """A day that is not known stops the run in its first moment, after Dagster knows of it."""
    monkeypatch.setenv("MAANDVERS_HOME", str(tmp_path / "home"))
    if not has_home:
        monkeypatch.delenv("DAGSTER_HOME")
    with pytest.raises(Exception, match="nothing is known of any day"):
        run(is_sample=False, as_known_on=datetime.now(UTC).date() - timedelta(days=1))
    assert len(instance.get_runs()) == has_home
