"""Whole runs of an installation whose home is in object storage, on machines that die and with storage that does."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from main_line.first_run import FIRST, paged_sample
from main_line.installation import Installation, figures, wrong_checksums

from dagster_project.errors import ExitCode
from dagster_project.installation import secret
from dagster_project.installation.opening import sole_run
from dagster_project.landing.store import EVENTS
from dagster_project.object_storage.bucket import opened_store
from dagster_project.object_storage.shared_home import shared_home

from .conftest import KEYS, names_in, started_server

pytestmark = pytest.mark.long
PLACE = "s3://bucket/home"
SECOND, THIRD, FOURTH = (FIRST + timedelta(days=days) for days in (1, 2, 3))


@pytest.fixture
def machine(first_run, server, tmp_path):
    """An installation that has run on one day, whose next run saves its home."""
    copy = first_run.copy(tmp_path / "machine" / "home")
    shared = {
        "MAANDVERS_SECRET": (copy.home / secret.FILE).read_text("utf-8"),
        "MAANDVERS_OBJECT_STORAGE__HOME": PLACE,
        "MAANDVERS_OBJECT_STORAGE__ENDPOINT": server.endpoint,
    }
    return Installation(copy.home, copy.suppliers, copy.settings | shared | KEYS)


def run(installation, day):
    installation.suppliers.app = paged_sample(day)
    return installation.call("run", "--live", on=day)


def lines(installation):
    return (installation.home / "landing" / EVENTS).read_bytes()


def test_a_fresh_machine_goes_on_as_the_one_that_died_would_have(machine, tmp_path):
    assert run(machine, SECOND).exit_code == ExitCode.RELEASED
    alive = Installation(
        tmp_path / "alive" / "home", machine.suppliers, {"MAANDVERS_SECRET": machine.settings["MAANDVERS_SECRET"]}
    )
    shutil.copytree(machine.home, alive.home, symlinks=True)
    fresh = Installation(tmp_path / "fresh" / "home", machine.suppliers, machine.settings)
    died = lines(machine)
    shutil.rmtree(machine.home)
    for one in (alive, fresh):
        called = run(one, THIRD)
        assert called.exit_code == ExitCode.RELEASED, called.errors[-3000:]
    assert lines(fresh).startswith(died)
    assert fresh.latest.name == alive.latest.name
    assert {folder.name for folder in fresh.releases.iterdir()} == {folder.name for folder in alive.releases.iterdir()}
    assert figures(fresh.latest, without=()) == figures(alive.latest, without=())
    assert fresh.status(THIRD).model_dump() == alive.status(THIRD).model_dump()
    changes = [json.loads((one.latest / "diff.json").read_bytes()) for one in (fresh, alive)]
    assert changes[0] == changes[1]
    for folder in fresh.releases.glob("2026*"):
        assert wrong_checksums(folder) == []
    assert fresh.call("verify", on=THIRD).exit_code == ExitCode.RELEASED


@contextmanager
def killed_after_release(server, installation) -> Iterator[None]:
    """Kill the server as soon as readers here have another release."""
    before, ended = installation.latest, Event()

    def watch() -> None:
        while installation.latest == before and not ended.wait(0.002):
            pass
        server.process.kill()

    watching = Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()


def test_a_dead_server_stops_a_run_before_it_asks_and_leaves_what_was_released(machine, server):
    with killed_after_release(server, machine):
        late = run(machine, SECOND)
    assert late.exit_code == ExitCode.NOT_PUBLISHED, late.errors[-3000:]
    assert f"object storage {PLACE}" in late.output
    released, had, asked = machine.latest, lines(machine), len(machine.suppliers.requests)
    assert released.name.startswith(SECOND.isoformat())
    dead = run(machine, THIRD)
    assert dead.exit_code == ExitCode.NOTHING_RELEASED, dead.errors[-3000:]
    assert f"object storage {PLACE}" in dead.output
    for call in (late, dead):
        assert KEYS["AWS_SECRET_ACCESS_KEY"] not in call.output + call.errors
    assert (machine.latest, lines(machine), len(machine.suppliers.requests)) == (released, had, asked)
    # The server that comes back has lost everything.
    again = started_server(server.port)
    try:
        called = run(machine, THIRD)
        assert called.exit_code == ExitCode.RELEASED, called.errors[-3000:]
        assert machine.latest.name == f"{THIRD}_1"
        assert len(names_in(opened_store("home", PLACE, again.endpoint))) > 100
    finally:
        again.process.kill()
        again.process.wait()


def test_a_run_that_another_machine_overtakes_stops_before_it_builds(machine, tmp_path, keys):
    other = machine.copy(tmp_path / "other" / "home")
    workspace = other.workspace(SECOND)
    with sole_run(workspace), shared_home(workspace):
        pass
    before, asked = machine.latest, len(machine.suppliers.requests)
    machine.suppliers.app = paged_sample(SECOND)
    with machine.start("run", "--live", on=SECOND) as process:
        while len(machine.suppliers.requests) == asked:
            assert process.poll() is None
            time.sleep(0.005)
        with sole_run(workspace), shared_home(workspace):
            workspace.event_log.append("received", {"feeds": {}}, workspace.now())
        _, errors = process.communicate(timeout=300)
    assert process.returncode == ExitCode.WRONG_SETUP, errors
    assert "another machine ran for this municipality meanwhile" in errors
    assert "dbt built" not in errors
    assert machine.latest == before
    refused = run(machine, SECOND)
    assert refused.exit_code == ExitCode.WRONG_SETUP
    assert "each have lines that the other lacks" in refused.errors
