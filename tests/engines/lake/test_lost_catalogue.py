"""The catalogue cannot be reached: readers keep the release before, and no delivery is blamed."""

import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest
from main_line.first_run import SAMPLE_DAY, call_sample
from postgres_server import free_port

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.errors import ExitCode
from dagster_project.installation.opening import workspace_of
from dagster_project.marts.catalogue import read_marts
from dagster_project.release.build import BUILDING, build_release
from dagster_project.release.reader import LATEST, open_release
from dagster_project.storage import lake as lake_module
from dagster_project.storage.database import DatabaseError
from dagster_project.storage.lake import Lake
from dagster_project.warehouse.dbt import MANIFEST, run_dbt

from .servers import Server

pytestmark = pytest.mark.xdist_group("lake")
PASSWORD = "not-to-be-shown"


@pytest.fixture
def unreachable(tmp_path):
    """A lake whose server does not run."""
    address = f"postgresql://maandvers:{PASSWORD}@127.0.0.1:{free_port()}/postgres"
    return Lake(catalogue=address, name="gm9999", data=str(tmp_path / "files"))


def test_the_message_says_what_to_do_and_no_password(unreachable, monkeypatch):
    monkeypatch.setattr(lake_module, "WAIT_SECONDS", 0)
    with pytest.raises(DatabaseError, match="MAANDVERS_LAKE__CATALOGUE") as raised:
        unreachable.connect()
    assert PASSWORD not in f"{raised.value}{raised.value.__cause__!r}{unreachable!r}{unreachable}"


@pytest.mark.long
def test_a_build_without_catalogue_is_no_failure_of_the_models(unreachable, tmp_path):
    """A failure of the models would set off the search for a delivery that they refuse."""
    with pytest.raises(DatabaseError) as raised:
        run_dbt(
            ("run", "--select", "dim_period"), warehouse=unreachable, municipality="GM9999", target=tmp_path, secret="x"
        )
    assert PASSWORD not in str(raised.value) + (tmp_path / "dbt.log").read_text("utf-8")


def publish(folder: Path) -> str:
    """Release what the lake has, as the last step of a run does, in the installation of the environment."""
    workspace = workspace_of(is_sample=True, as_of=SAMPLE_DAY)
    outcome = AuditOutcome.read(workspace.audit)
    assert outcome
    return build_release(workspace, read_marts(MANIFEST), outcome, folder).release_id


@pytest.mark.long
def test_the_release_before_stays_while_the_server_is_killed(
    lake_home, lake_settings, catalogue, tmp_path, monkeypatch
):
    home = shutil.copytree(lake_home, tmp_path / "home", symlinks=True)
    for name, value in {**lake_settings, "MAANDVERS_HOME": str(home)}.items():
        monkeypatch.setenv(name, value)
    releases = home / "releases"
    before = (releases / LATEST).resolve()
    pages = min((home / "audit").rglob("index.html"), key=lambda page: len(page.parts)).parent
    # A process each, as runs are.
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        publishing = pool.submit(publish, pages)
        while not any(releases.glob(f"{BUILDING}*/csv/*")):
            assert not publishing.done(), publishing.result()
            time.sleep(0.01)
        server = Server.at(catalogue)
        server.kill()
        try:
            failure = publishing.exception()
            assert Lake(catalogue=catalogue, name="gm9999", data="").is_lost(str(failure)), failure
            assert (releases / LATEST).resolve() == before
            with closing(open_release(releases)) as release:
                assert release.cursor().execute("SELECT count(*) FROM fct_indicator_values").fetchone() > (0,)
        finally:
            server.start()
        again = pool.submit(publish, pages).result()
    assert (releases / LATEST).resolve().name == again != before.name
    assert list(releases.glob(f"{BUILDING}*")) == []


@pytest.mark.long
def test_a_run_without_catalogue_releases_nothing_and_blames_no_delivery(
    lake_home, lake_settings, unreachable, tmp_path
):
    home = shutil.copytree(lake_home, tmp_path / "home", symlinks=True)
    ran = call_sample(home, "run", settings=lake_settings | {"MAANDVERS_LAKE__CATALOGUE": unreachable.catalogue})
    assert ran.returncode == ExitCode.NOTHING_RELEASED, ran.stderr[-2000:]
    assert list(home.glob("landing/*/*/quarantine/*")) == list(lake_home.glob("landing/*/*/quarantine/*"))
    assert PASSWORD not in ran.stdout + ran.stderr
