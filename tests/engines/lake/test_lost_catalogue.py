"""The catalogue cannot be reached: readers keep the release before, and no delivery is blamed."""

import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import psycopg
import pytest
from main_line.first_run import SAMPLE_DAY, call_sample
from postgres_server import free_port

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.errors import ExitCode, SetupError
from dagster_project.installation.opening import workspace_of
from dagster_project.marts.catalogue import read_marts
from dagster_project.release.build import BUILDING, build_release
from dagster_project.release.reader import LATEST, open_release
from dagster_project.storage import lake as lake_module
from dagster_project.storage.database import DatabaseError
from dagster_project.storage.event_log import EVENTS
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
    for reach in (unreachable.connect, lambda: unreachable.lock().__enter__()):
        with pytest.raises(DatabaseError, match=r"database 'postgres' on 127\.0\.0\.1[^$]*CATALOGUE") as raised:
            reach()
        assert PASSWORD not in f"{raised.value}{raised.value.__cause__!r}{unreachable!r}{unreachable}"


def test_an_address_that_is_none_is_refused_and_not_repeated(tmp_path):
    wrong = Lake(catalogue=f"postgresql://maandvers:{PASSWORD}@[", name="gm9999", data=str(tmp_path))
    with pytest.raises(SetupError, match="MAANDVERS_LAKE__CATALOGUE is no address") as raised:
        wrong.connect()
    assert PASSWORD not in str(raised.value)


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
def test_a_run_without_catalogue_releases_nothing_and_the_next_one_with_it_does(sample_home, catalogue, tmp_path):
    """Exit code 4 of a real process, before any supplier is asked; the same command succeeds once Postgres is back."""
    home = shutil.copytree(sample_home, tmp_path / "home", symlinks=True)
    with psycopg.connect(catalogue, autocommit=True) as connection:
        connection.execute("CREATE DATABASE lost")
    before, lines = (home / "releases" / LATEST).resolve(), (home / "landing" / EVENTS).read_bytes()
    # The address of an account whose password Postgres does not ask for here.
    address = catalogue.replace("maandvers@", f"maandvers:{PASSWORD}@").replace("/postgres", "/lost")
    settings = {
        "MAANDVERS_TARGET": "lake",
        "MAANDVERS_LAKE__CATALOGUE": address,
        "MAANDVERS_LAKE__DATA": str(tmp_path / "lake"),
    }
    server = Server.at(catalogue)
    server.kill()
    try:
        ran = call_sample(home, "run", settings=settings)
    finally:
        server.start()
    assert ran.returncode == ExitCode.NOTHING_RELEASED, ran.stderr[-2000:]
    assert "database 'lost' on 127.0.0.1" in ran.stdout
    assert PASSWORD not in ran.stdout + ran.stderr
    assert (home / "landing" / EVENTS).read_bytes() == lines
    assert not list(home.glob("landing/*/*/quarantine/*"))
    assert (home / "releases" / LATEST).resolve() == before
    again = call_sample(home, "run", settings=settings)
    assert again.returncode == ExitCode.RELEASED, again.stderr[-2000:]
    assert (home / "releases" / LATEST).resolve() != before
    assert PASSWORD not in again.stdout + again.stderr
