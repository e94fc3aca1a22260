"""One Dagster instance on Postgres, shared by two installations and a code location that is not ours."""

import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dagster as dg
import pytest
import yaml
from postgres_server import started_postgres

from dagster_project.installation.settings import PROJECT
from dagster_project.warehouse.dbt import current_manifest
from orchestration.jobs import INSTALLATION_TAG

pytestmark = pytest.mark.long

DAGSTER = Path(sys.executable).with_name("dagster")
DAEMON = Path(sys.executable).with_name("dagster-daemon")
# A job of another team, with a name that our own jobs once had; it runs until a file appears.
FOREIGN = """
import time
from pathlib import Path
import dagster as dg

@dg.op
def wait():
    end = time.monotonic() + 900
    while not Path({file!r}).exists() and time.monotonic() < end:
        time.sleep(0.1)

@dg.job
def build():
    wait()
"""
# Runs that carry the tags of ours, and note when they are at work.
TAGGED = """
import time
from pathlib import Path
import dagster as dg

@dg.op
def work(context):
    log = Path({file!r})
    with log.open("a") as notes:
        notes.write(f"{{context.run.tags['maandvers/installation']}} {{time.time()}} ")
        time.sleep(3)
        notes.write(f"{{time.time()}}\\n")

@dg.job
def publish():
    work()
"""


@pytest.fixture(scope="module")
def postgres():
    with started_postgres() as address:
        yield address


@pytest.fixture(scope="module")
def dagster_home(postgres, tmp_path_factory):
    """An instance with our settings, whose storage is Postgres."""
    home = tmp_path_factory.mktemp("dagster_home")
    settings = yaml.safe_load((PROJECT / "orchestration" / "dagster.yaml").read_text("utf-8"))
    settings["storage"] = {"postgres": {"postgres_url": postgres}}
    (home / "dagster.yaml").write_text(yaml.safe_dump(settings))
    return home


@contextmanager
def started(home, log, *command, **settings):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAANDVERS_")}
    environment |= {"DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "yes"} | settings
    with (
        log.open("w") as output,
        subprocess.Popen(
            list(map(str, command)), env=environment, cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def wait_until(is_so, seconds=120):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.2)


def test_two_installations_and_a_foreign_job_run_beside_each_other_to_the_end(dagster_home, tmp_path):
    current_manifest()
    (tmp_path / "foreign.py").write_text(FOREIGN.format(file=str(tmp_path / "enough")))
    publish = (DAGSTER, "job", "execute", "--module-name", "dagster_project.definitions", "--job", "publish")
    sample = {"MAANDVERS_SAMPLE": "true", "MAANDVERS_FEEDS": '["cbs.key_figures", "signalen.reports"]'}
    homes = [tmp_path / "one", tmp_path / "two"]
    with ExitStack() as running, dg.DagsterInstance.from_config(str(dagster_home)) as instance:

        def start(name, *command, **settings):
            return running.enter_context(started(dagster_home, tmp_path / f"{name}.log", *command, **settings))

        def status(job):
            return [run.status for run in instance.get_runs(dg.RunsFilter(job_name=job))]

        foreign = start(
            "foreign", DAGSTER, "job", "execute", "--python-file", tmp_path / "foreign.py", "--job", "build"
        )
        wait_until(lambda: status("build") == [dg.DagsterRunStatus.STARTED])
        ours = [start(home.name, *publish, MAANDVERS_HOME=str(home), **sample) for home in homes]
        codes = [process.wait(timeout=900) for process in ours]
        assert codes == [0, 0], "\n".join((tmp_path / f"{home.name}.log").read_text()[-3000:] for home in homes)
        assert status("build") == [dg.DagsterRunStatus.STARTED]
        (tmp_path / "enough").touch()
        assert foreign.wait(timeout=60) == 0
        assert status("build") == [dg.DagsterRunStatus.SUCCESS]
        assert status("publish") == [dg.DagsterRunStatus.SUCCESS] * 2
        assert instance.event_log_storage.get_concurrency_keys() == set()
    assert [len(list((home / "releases").glob("*_1"))) for home in homes] == [1, 1]


def test_launched_runs_of_one_installation_wait_for_each_other_and_for_no_other(dagster_home, tmp_path):
    notes, code = tmp_path / "notes", tmp_path / "tagged.py"
    code.write_text(TAGGED.format(file=str(notes)))
    with started(dagster_home, tmp_path / "daemon.log", DAEMON, "run", "--python-file", code):
        for home in ("one", "one", "two"):
            tags = f'{{"{INSTALLATION_TAG}": "{home}"}}'
            command = [DAGSTER, "job", "launch", "--python-file", code, "--job", "publish", "--tags", tags]
            environment = os.environ | {"DAGSTER_HOME": str(dagster_home)}
            subprocess.run(command, env=environment, check=True, capture_output=True)
        wait_until(lambda: notes.exists() and len(notes.read_text().splitlines()) == 3, 300)
    found = [line.split() for line in notes.read_text().splitlines()]
    spans = {}
    for home, begin, end in found:
        spans.setdefault(home, []).append((float(begin), float(end)))
    first, second = sorted(spans["one"])
    assert first[1] <= second[0]
    assert len(spans["two"]) == 1
