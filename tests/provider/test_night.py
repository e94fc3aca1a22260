"""A night of many municipalities in one Dagster on Postgres: some are killed, one has a broken file.

MAANDVERS_TEST_MUNICIPALITIES=20 takes twenty of them, MAANDVERS_TEST_AT_ONCE=4 at a time; MAANDVERS_TEST_SEED kills
others, at other moments.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest
import yaml
from postgres_server import started_postgres

from dagster_project.installation.settings import PROJECT
from dagster_project.installation.workspace import local_day, wall_clock
from dagster_project.warehouse.dbt import current_manifest
from orchestration.provider.code_location import MUNICIPALITY_TAG, PROVIDER_TAG

from .country import ALL_OWN, ALL_PUBLIC, mark_of, running_country, simulated_codes, write_registers, write_settings
from .foreign_rows import foreign_rows

pytestmark = pytest.mark.long

COUNT = int(os.environ.get("MAANDVERS_TEST_MUNICIPALITIES", "4"))
AT_ONCE = int(os.environ.get("MAANDVERS_TEST_AT_ONCE", "2"))
LUCK = random.Random(os.environ.get("MAANDVERS_TEST_SEED", "20261130"))
CODES = simulated_codes(COUNT)
# Dagster's run of the first is killed, the municipality's own process in that of the second.
KILLED_RUN, KILLED_PROCESS, BROKEN = LUCK.sample(CODES, 3)
DAGSTER = Path(sys.executable).with_name("dagster")
DAEMON = Path(sys.executable).with_name("dagster-daemon")
PATIENCE = 600 * COUNT
# The schedule of the provider, due at once.
TONIGHT = """
import dagster as dg
from orchestration.provider import code_location as provider


def once(context):
    if not context.instance.get_runs_count(dg.RunsFilter(job_name="run_municipality")):
        yield from provider.tonight(context)


now = dg.ScheduleDefinition(
    name="now",
    job=provider.municipality_job,
    cron_schedule="* * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    execution_fn=once,
)
defs = dg.Definitions(
    assets=[provider.shared_landing, provider.municipality],
    jobs=[provider.land_job, provider.municipality_job],
    schedules=[now],
    executor=dg.in_process_executor,
)
"""


@dataclass
class Night:
    """A night, after its end: folders, requests and runs."""

    folder: Path
    requests: dict[str, int] = field(default_factory=dict)
    runs: dict[str, list[dg.DagsterRun]] = field(default_factory=dict)
    # Runs in which a step was tried again.
    tried_again: set[str] = field(default_factory=set)

    def releases(self, code: str) -> list[Path]:
        return sorted((self.folder / code / "data" / "live" / "releases").glob("2*"))

    def latest(self, code: str) -> Path:
        return (self.folder / code / "data" / "live" / "releases" / "latest").resolve()

    def statuses(self, code: str) -> list[str]:
        """How the runs of a municipality ended, the oldest first."""
        return [run.status.value for run in self.runs[code]]


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    current_manifest()
    today = local_day(wall_clock())
    night = Night(tmp_path_factory.mktemp("provider"))
    with ExitStack() as stack:
        country = stack.enter_context(running_country(CODES, today))
        lay_out(night.folder, country.url, today)
        home = dagster_home(stack.enter_context(started_postgres()), tmp_path_factory.mktemp("dagster_home"))
        code = tmp_path_factory.mktemp("code") / "tonight.py"
        code.write_text(TONIGHT)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAANDVERS_")}
        environment |= {"DAGSTER_HOME": str(home), "MAANDVERS_MUNICIPALITIES": str(night.folder)}
        instance = stack.enter_context(dg.DagsterInstance.from_config(str(home)))
        # Landing comes first; it is executed by hand, because its schedule is due once a day.
        land = [str(DAGSTER), "job", "execute", "--python-file", str(code), "--job", "land_shared"]
        subprocess.run(land, env=environment, check=True, capture_output=True, timeout=PATIENCE)
        stack.enter_context(daemon(code, environment, night.folder / "daemon.log"))
        watch(instance, night)
        night.requests = dict(country.requests)
    return night


def lay_out(folder, url, today):
    shared = folder / "shared"
    write_settings(shared, url, scope="shared", feeds=ALL_PUBLIC, release_readers="group")
    for code in CODES:
        own = {
            "municipality_code": code,
            "feeds": [*ALL_PUBLIC, *ALL_OWN],
            "shared_landing": str(shared / "data" / "live"),
        }
        write_settings(folder / code, url, **own)
        (folder / code / "secrets.env").write_text(f"MAANDVERS_SECRET=secret-of-{code}\n")
        write_registers(folder / code / "data" / "live" / "drops", code, today)
    (file,) = (folder / BROKEN / "data" / "live" / "drops" / "sports.clubs").glob("*.csv")
    file.write_text(file.read_text("utf-8").replace("Jaar", "Jaar?!").replace("Vereniging", "?"), "utf-8")


def dagster_home(postgres, home):
    settings = yaml.safe_load((PROJECT / "orchestration" / "dagster.yaml").read_text("utf-8"))
    settings["storage"] = {"postgres": {"postgres_url": postgres}}
    (in_all,) = [one for one in settings["concurrency"]["runs"]["tag_concurrency_limits"] if one["key"] == PROVIDER_TAG]
    in_all["limit"] = AT_ONCE
    (home / "dagster.yaml").write_text(yaml.safe_dump(settings))
    return home


@contextmanager
def daemon(code, environment, log):
    command = [str(DAEMON), "run", "--python-file", str(code)]
    with (
        log.open("w") as output,
        subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=output, stderr=output) as process,
    ):
        try:
            yield
        finally:
            process.terminate()


def watch(instance, night):
    """Kill what is to be killed, and wait until every municipality has a run that ended and none is at work."""
    to_kill = {KILLED_RUN: parent_of, KILLED_PROCESS: lambda pid: pid}
    end = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < end, "the night did not end"
        for code in [*to_kill]:
            if (pid := process_in(night.folder / code)) and has_begun(night.folder / code):
                time.sleep(LUCK.uniform(0, 3))
                os.kill(to_kill.pop(code)(pid), signal.SIGKILL)
        records = instance.get_run_records(dg.RunsFilter(job_name="run_municipality"), ascending=True)
        night.runs = {code: [one.dagster_run for one in records if of(one) == code] for code in CODES}
        is_over = all(runs and runs[-1].is_finished for runs in night.runs.values())
        # Dagster's daemon needs a moment to start a run again.
        if is_over and not to_kill and len(night.runs[KILLED_RUN]) > 1:
            break
        time.sleep(0.2)
    night.tried_again = {
        code
        for code, runs in night.runs.items()
        for run in runs
        if instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_RESTARTED)
    }


def of(record):
    return record.dagster_run.tags[MUNICIPALITY_TAG]


def process_in(folder):
    """The process of ``maandvers run`` in a folder of a municipality."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
            if (process / "cwd").resolve() == folder and b"run" in arguments and b"--json" in arguments:
                return int(process.name)
        except OSError:
            continue
    return None


def has_begun(folder):
    """Whether the run has landed something, so that it is killed at work."""
    log = folder / "data" / "live" / "landing" / "events.jsonl"
    return log.exists() and log.stat().st_size > 0


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_every_municipality_has_one_release_and_the_others_ran_once(night):
    undisturbed = [code for code in CODES if code not in (KILLED_RUN, KILLED_PROCESS, BROKEN)]
    assert {code: night.statuses(code) for code in undisturbed} == {code: ["SUCCESS"] for code in undisturbed}
    assert {code: len(night.releases(code)) for code in CODES} == dict.fromkeys(CODES, 1)
    assert {code: problems_of(night, code) for code in undisturbed} == {code: {} for code in undisturbed}


def problems_of(night, code):
    return json.loads((night.latest(code) / "release.json").read_text("utf-8"))["problems"]


def test_a_run_that_was_killed_failed_and_another_released(night):
    assert night.statuses(KILLED_RUN) == ["FAILURE", "SUCCESS"]


def test_a_process_that_was_killed_was_tried_again_in_the_same_run(night):
    assert night.statuses(KILLED_PROCESS) == ["SUCCESS"]
    assert night.tried_again == {KILLED_PROCESS}


def test_a_broken_file_withholds_its_feed_and_no_other(night):
    assert night.statuses(BROKEN) == ["SUCCESS"]
    release = json.loads((night.latest(BROKEN) / "release.json").read_text("utf-8"))
    assert set(release["withheld"]) == {"sports.clubs"}
    assert set(release["problems"]) == {"sports.clubs"}


def test_open_data_was_asked_for_once(night):
    assert sum("TypedDataSet" in address for address in night.requests) > 0
    assert {address: count for address, count in night.requests.items() if count > 1} == {}


def test_no_row_of_a_municipality_is_in_the_release_of_another(night):
    found = {code: foreign_rows(night.latest(code), others_than(code)) for code in CODES}
    assert {code: rows for code, rows in found.items() if rows} == {}
    # The search does find the own rows.
    assert all(foreign_rows(night.latest(code), [code]) for code in CODES)


def test_no_row_of_a_municipality_is_in_the_landing_or_warehouse_of_another(night):
    for code in CODES:
        home = night.folder / code / "data" / "live"
        assert foreign_rows(home, others_than(code)) == []
        # The search does find the own rows: codes of places in all of it, and marked names of registers in landing.
        own = foreign_rows(home, [code])
        assert {Path(line).parts[0].split()[0] for line in own} >= {"landing", "warehouse.duckdb", "releases"}
        assert any(line.startswith("landing/sports") and line.endswith(mark_of(code)) for line in own)


def others_than(code):
    return [one for one in CODES if one != code]


def test_no_secret_of_a_municipality_is_outside_its_folder(night):
    for code in CODES:
        files = [path for path in night.folder.rglob("*") if path.is_file() and code not in path.parts]
        assert [path for path in files if f"secret-of-{code}".encode() in path.read_bytes()] == []
