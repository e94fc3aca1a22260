"""kill -9: readers never see half a release, landing never half a delivery, and the next run goes on.

The first kill is at the worst moment: while dbt, which lives on, writes the warehouse. MAANDVERS_TEST_KILLS=10 adds
nine days, each with a kill at a random moment and a run that completes; MAANDVERS_TEST_SEED gives other moments.
Runs are kept in a Dagster instance, as with DAGSTER_HOME.
"""

import gzip
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, timedelta

import pytest

from dagster_project.errors import ExitCode
from dagster_project.extract.extractors import extractor_for
from dagster_project.installation import secret
from dagster_project.installation.settings import PROJECT
from dagster_project.landing.ingest import receive
from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.raw_layer import open_warehouse

from .first_run import paged_sample
from .installation import Installation, ask, wrong_checksums
from .story import revised

KILLS = int(os.environ.get("MAANDVERS_TEST_KILLS", "1"))
SEED = int(os.environ.get("MAANDVERS_TEST_SEED", "20261123"))
AFTER_THE_STORY = date(2026, 4, 20)


@pytest.fixture(scope="module")
def survivor(first_run, tmp_path_factory):
    """A copy whose runs go to a Dagster instance that keeps them: what a killed run leaves there stops no later one."""
    copy = first_run.copy(tmp_path_factory.mktemp("survivor") / "home")
    dagster_home = tmp_path_factory.mktemp("dagster_home")
    shutil.copy(PROJECT / "orchestration" / "dagster.yaml", dagster_home)
    copy.settings = copy.settings | {"DAGSTER_HOME": str(dagster_home)}
    return copy


def undisturbed(installation, day, home):
    """The deliveries that come to an installation where nothing ever went wrong, on this day alone."""
    untouched = Installation(home, installation.suppliers, installation.settings)
    # Pseudonyms of the same cases are equal where the secret is.
    home.mkdir(exist_ok=True)
    shutil.copy(installation.home / secret.FILE, home)
    workspace = untouched.workspace(day)
    ids = set()
    for store in untouched.stores(day).values():
        if not workspace.uses(store.feed):
            continue
        with extractor_for(store.feed, workspace.settings, workspace.secret) as extractor:
            reception = receive(store, extractor, workspace.now)
        assert reception.problems == []
        ids |= {stored.delivery_id for stored in store.state().candidates.values()}
    return ids


def kill_after(installation, day, seconds):
    """Run the command and kill it, after so long or while dbt is at work. The processes that it had started live on."""
    log = installation.home / "dbt" / "dbt.log"
    before = log.stat().st_mtime_ns
    process = installation.start("run", "--live", on=day, outputs=subprocess.DEVNULL, start_new_session=True)
    begin = time.monotonic()
    while process.poll() is None and not is_time(seconds, begin, log, before):
        time.sleep(0.02)
    process.kill()
    process.wait()
    return process


def is_time(seconds, begin, log, before):
    if seconds is not None:
        return time.monotonic() - begin > seconds
    # The first model is built, and others are still to come.
    return log.stat().st_mtime_ns > before and "OK created" in log.read_text("utf-8")


def end_orphans(process):
    """dbt or Great Expectations may have outlived the command that was killed."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def deliveries(installation, day):
    """Every delivery by its folder, each found whole; what was received must stand nowhere else."""
    stored = {}
    for feed, store in installation.stores(day).items():
        contents = set()
        for folder in sorted(store.deliveries.glob("*")):
            manifest = store.manifest(folder.name)
            assert manifest.delivery_id == folder.name
            for name, table in manifest.tables.items():
                assert hashlib.sha256((folder / f"{name}.parquet").read_bytes()).hexdigest() == table.sha256
            for payload in manifest.payload:
                content = gzip.decompress((folder / "payload" / payload.name).read_bytes())
                assert hashlib.sha256(content).hexdigest() == payload.sha256
            received = sorted(payload.sha256 for payload in manifest.payload if "TableInfos" not in payload.name)
            assert (manifest.edition, *received) not in contents, f"{feed}: {folder.name} stands there twice"
            contents.add((manifest.edition, *received))
            stored[folder.name] = feed
        state = store.state()
        for edition in [*state.current.values(), *state.candidates.values()]:
            assert edition.delivery_id in stored
    return stored


def check_readers(installation):
    """What ``latest`` points at is a whole release, and so is every other folder that looks like one."""
    assert ask(installation.latest, "select release_id from release") == [(installation.latest.name,)]
    assert ask(installation.latest, "select count(*) > 0 from fct_indicator_values") == [(True,)]
    for folder in installation.releases.glob("2*"):
        assert wrong_checksums(folder) == []


@pytest.mark.search
@pytest.mark.parametrize("number", range(KILLS))
def test_a_run_that_is_killed_leaves_everything_whole_and_the_next_completes(first_run, survivor, tmp_path, number):
    day = AFTER_THE_STORY + timedelta(days=number)
    survivor.suppliers.app = paged_sample(day)
    survivor.suppliers.faults.chosen = {"TableInfos": revised(f"{day}T02:00:00")}
    before = set(deliveries(survivor, day))
    expected = undisturbed(survivor, day, tmp_path)
    moment = random.Random(f"{SEED} {number}").uniform(0.5, first_run.call.seconds) if number else None
    process = kill_after(survivor, day, moment)
    try:
        check_readers(survivor)
        deliveries(survivor, day)
        result = survivor.run(day)
    finally:
        survivor.suppliers.faults.chosen = {}
        end_orphans(process)

    assert (result.exit_code, result.failures) == (ExitCode.RELEASED, []), process.returncode
    check_readers(survivor)
    assert survivor.latest.name.startswith(day.isoformat())
    assert set(deliveries(survivor, day)) == before | expected
    states = [store.state() for store in survivor.stores(day).values()]
    assert {stored.delivery_id for state in states for stored in state.current.values()} == expected
    assert not [state for state in states if state.candidates]
    assert list(survivor.releases.glob(".building-*")) == []


def test_a_run_waits_until_the_warehouse_is_let_go_of(tmp_path):
    file = tmp_path / "warehouse.duckdb"
    hold = f"import duckdb, sys; stored = duckdb.connect({str(file)!r}); print('stored', flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", hold], **pipes) as holder:
        assert holder.stdout.readline() == "stored\n"
        waits = []

        def sleep(seconds):
            """The holder lets go while we wait for the second time."""
            waits.append(seconds)
            if len(waits) == 2:
                holder.communicate()

        with open_warehouse(DatabaseFile(file), sleep) as connection:
            assert connection.execute("select 1").fetchall() == [(1,)]
    assert len(waits) == 2
