"""Readers during publications: no error, and one release at a time, also after a publication was killed."""

import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time

import duckdb
import psycopg
import pytest
from main_line.installation import COMMAND

from dagster_project.errors import ExitCode
from dagster_project.storage.atomic import point_link

READ = (
    "SELECT release_id FROM release",
    "SELECT sum(value) FROM mart_kpi",
    "SELECT sum(births_count) FROM mart_demography",
    "SELECT count(*) FROM dim_policy_measure JOIN dim_indicator USING (indicator_code)",
)


def small_copy(release, releases, number, added):
    """A release with few rows, of which all figures differ by as much as ``added`` from those of another."""
    name = f"2026-11-25_{number}"
    shutil.copytree(release.folder, releases / name, ignore=shutil.ignore_patterns("csv", "parquet", "*.zip"))
    with duckdb.connect(str(releases / name / "maandvers.duckdb")) as database:
        for mart in release.marts.values():
            columns = {column.name for column in mart.columns}
            if "region_level" in columns and mart.name != "dim_region_current":
                database.execute(
                    f"DELETE FROM snapshot.{mart.name} WHERE region_level NOT IN ('country', 'municipality')"
                )
        database.execute(f"UPDATE snapshot.mart_kpi SET value = value + {added}")
        database.execute(f"UPDATE snapshot.mart_demography SET births_count = births_count + {added}")
        database.execute(f"UPDATE snapshot.release SET release_id = '{name}'")
    for file in ("release.json", "datapackage.json"):
        content = json.loads((releases / name / file).read_text())
        content |= {"release_id": name} if file == "release.json" else {"version": name}
        (releases / name / file).write_text(json.dumps(content))
    return name


@pytest.fixture(scope="module")
def two_releases(release, tmp_path_factory):
    """A folder of releases with two small ones, and what a reader may see of each."""
    releases = tmp_path_factory.mktemp("two") / "releases"
    releases.mkdir()
    names = [small_copy(release, releases, number, added) for number, added in ((101, 0), (102, 1000))]
    return releases, names


class Reader(threading.Thread):
    """Asks for figures in one transaction after another, until a test stops it."""

    def __init__(self, address, stop):
        super().__init__()
        self.address, self.stop = address, stop
        self.seen, self.errors = set(), []

    def run(self):
        dice = random.Random(id(self))
        try:
            with psycopg.connect(self.address) as connection:
                while not self.stop.is_set():
                    with connection.transaction():
                        answers = []
                        for query in READ:
                            answers += connection.execute(query).fetchone()
                            time.sleep(dice.random() / 50)
                    self.seen.add(tuple(answers))
        except psycopg.Error as error:
            self.errors.append(str(error))


@pytest.mark.parametrize(
    ("readers", "swaps"), [pytest.param(8, 3), pytest.param(50, 20, marks=pytest.mark.long)], ids=["few", "many"]
)
def test_readers_see_one_release_at_a_time_and_no_error(new_database, two_releases, readers, swaps):
    releases, names = two_releases
    database = new_database(f"swaps_{readers}")
    point_link(releases / "latest", names[0])
    database.publish(releases)
    stop = threading.Event()
    address = database.as_reader
    asking = [Reader(address, stop) for _ in range(readers)]
    for one in asking:
        one.start()
    try:
        for swap in range(swaps):
            point_link(releases / "latest", names[(swap + 1) % 2])
            assert database.publish(releases).is_new
    finally:
        stop.set()
        for one in asking:
            one.join()
    assert [error for one in asking for error in one.errors] == []
    seen = set().union(*(one.seen for one in asking))
    assert {answers[0] for answers in seen} == {*names}
    assert len(seen) == 2, "a reader saw figures of two releases"
    assert database.publish(releases).kept == ()
    schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'maandvers_rows_%'"
    assert database.ask(schemas) == [(1,)]


def test_a_transaction_keeps_its_release_as_long_as_it_lasts(new_database, two_releases):
    releases, names = two_releases
    database = new_database("long_transaction")
    point_link(releases / "latest", names[0])
    database.publish(releases)
    with psycopg.connect(database.as_reader) as reader:
        assert reader.execute(READ[0]).fetchone() == (names[0],)
        first = database.ask(READ[1])
        for name in (names[1], names[0], names[1]):
            point_link(releases / "latest", name)
            assert database.publish(releases, patience=0).kept
        # Not asked for before the first of three publications.
        assert reader.execute(READ[1]).fetchall() == first != database.ask(READ[1])
    assert database.publish(releases).kept == ()


def test_a_killed_publication_leaves_the_release_before_and_the_next_one_succeeds(new_database, two_releases):
    releases, names = two_releases
    database = new_database("killed")
    point_link(releases / "latest", names[0])
    database.publish(releases)
    before = [database.ask(query) for query in READ]
    point_link(releases / "latest", names[1])
    settings = {"MAANDVERS_HOME": str(releases.parent), "MAANDVERS_POSTGRES__URL": database.address}
    killed = 0
    for wait in (1.2, 1.6, 2.0):
        with subprocess.Popen(
            [COMMAND, "publish", "postgres", "--sample"],
            env=os.environ | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        killed += process.returncode == -signal.SIGKILL
        seen = [database.ask(query) for query in READ]
        assert seen[0] == [(names[1],)] or seen == before
    assert killed
    wait_for_the_lock(database)
    database.publish(releases)
    assert database.ask(READ[0]) == [(names[1],)]
    assert not database.publish(releases).is_new


def wait_for_the_lock(database):
    """Wait until the server has noticed that its client is gone."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'maandvers publish'"
    end = time.monotonic() + 60
    with psycopg.connect(database.address, autocommit=True) as connection:
        while connection.execute(query).fetchone() != (0,):
            assert time.monotonic() < end
            time.sleep(0.1)


def publish_by_command(releases, **settings):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "MAANDVERS_"))}
    return subprocess.run(
        [COMMAND, "publish", "postgres", "--sample"],
        env=own | {"MAANDVERS_HOME": str(releases.parent)} | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_server_that_does_not_answer_is_reported_without_the_password(two_releases):
    releases, names = two_releases
    point_link(releases / "latest", names[0])
    done = publish_by_command(releases, MAANDVERS_POSTGRES__URL="postgresql://maker:hush%40hush@127.0.0.1:1/db")
    assert done.returncode == ExitCode.NOT_PUBLISHED
    assert "cannot be reached" in done.stderr
    assert "do: check MAANDVERS_POSTGRES__URL" in done.stderr
    assert "hush" not in done.stdout + done.stderr


def test_an_address_that_is_none_is_refused_without_repeating_it(two_releases):
    done = publish_by_command(two_releases[0], MAANDVERS_POSTGRES__URL="postgresql://maker:hu sh@127.0.0.1:5432/db")
    assert done.returncode == ExitCode.WRONG_SETUP
    assert "hu sh" not in done.stdout + done.stderr


def test_an_account_without_the_right_is_told_what_it_needs(new_database, two_releases):
    releases, _ = two_releases
    database = new_database("poor")
    with psycopg.connect(database.address, autocommit=True) as connection:
        connection.execute("CREATE ROLE poor LOGIN")
    done = publish_by_command(releases, MAANDVERS_POSTGRES__URL=database.as_role("poor"))
    assert done.returncode == ExitCode.NOT_PUBLISHED
    assert "do: let the account own the database" in done.stderr
