"""The reader opens a release and nothing else, and follows ``latest`` from one release to the next."""

import json
import subprocess
import sys
from datetime import date

import duckdb
import pytest

from dagster_project.release.reader import (
    LATEST,
    ReleaseWatch,
    UnreadableReleaseError,
    open_databases,
    open_release,
)
from dagster_project.storage.atomic import point_link

FORBIDDEN = (
    *("audit", "contracts", "defs", "extract", "installation", "landing", "lineage", "marts", "operations", "sample"),
    *("warehouse", "run", "cli"),
)


def write_release(releases, release_id, value=1):
    """Write a release with one mart of one row."""
    folder = releases / release_id
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "maandvers.duckdb")) as connection:
        connection.execute("create schema snapshot")
        connection.execute(f"create table snapshot.mart_a as select {value} as a, now() as seen")
        connection.execute("create view mart_a as from snapshot.mart_a where current_date < '2999-01-01'")
    note = {
        "release_id": release_id,
        "municipality_code": "GM9999",
        "as_of": release_id[:10],
        "version": "1",
        "is_fictional": True,
        "rows": {"mart_a": 1},
    }
    mart = {
        "name": "mart_a",
        "title": "Een tabel",
        "description": "One row.",
        "path": "csv/mart_a.csv",
        "schema": {
            "fields": [{"name": "a", "type": "integer", "description": "A number.", "shownUntil": ["fresh_until"]}],
            "primaryKey": ["a"],
        },
        "sources": [
            {
                "title": "CBS",
                "path": "cbs.key_figures",
                "license": {"title": "CC BY 4.0", "path": "https://creativecommons.org/licenses/by/4.0/"},
                "contact": "infoservice@cbs.nl",
            }
        ],
        "licenses": [{"title": "CC BY 4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "scope": {"themes": ["finance"], "themeOfRow": None, "level": "municipality", "levelOfRow": None},
    }
    package = {
        "version": release_id,
        "title": "Maandvers GM9999",
        "created": "2026-01-31T05:00:00Z",
        "completeUntil": "2026-02-28",
        "expiresAfter": None,
        "themes": ["finance"],
        "resources": [mart],
    }
    (folder / "release.json").write_text(json.dumps(note))
    (folder / "datapackage.json").write_text(json.dumps(package))
    point_link(releases / LATEST, release_id)
    return folder


@pytest.fixture
def releases(tmp_path):
    write_release(tmp_path / "releases", "2026-01-31_1")
    return tmp_path / "releases"


def value_in(release):
    return release.cursor().execute("select a from mart_a").fetchone()[0]


def test_a_release_opens_by_id_and_as_the_latest(releases):
    write_release(releases, "2026-02-01_1", value=2)
    assert value_in(open_release(releases)) == 2
    assert value_in(open_release(releases, "2026-01-31_1")) == 1


def test_an_open_release_describes_itself_and_its_marts(releases):
    release = open_release(releases)
    assert (release.info.release_id, release.info.as_of) == ("2026-01-31_1", date(2026, 1, 31))
    assert (release.catalogue.complete_until, release.catalogue.expires_after) == (date(2026, 2, 28), None)
    mart = release.marts["mart_a"]
    assert (mart.label_nl, mart.key, mart.csv_file) == ("Een tabel", ("a",), "csv/mart_a.csv")
    assert [(column.name, column.shown_until, column.feeds) for column in mart.columns] == [("a", ("fresh_until",), ())]
    assert [source.feed for source in mart.sources] == ["cbs.key_figures"]
    assert [licence.name for licence in mart.licences] == ["CC BY 4.0"]


def test_the_catalogue_of_a_real_release_names_every_mart(first_run):
    release = open_release(first_run.installation.releases)
    for name, mart in release.marts.items():
        found = release.connection.execute(f"describe {name}").fetchall()
        assert [column.name for column in mart.columns] == [row[0] for row in found]
        assert mart.label_nl
    assert release.marts["fct_indicator_values"].key == ("region_code", "indicator_code", "period")


def test_a_release_can_be_opened_twice_and_read_by_threads(releases):
    one, other = open_release(releases), open_release(releases)
    assert value_in(one) == value_in(other) == 1
    assert one.cursor().execute("select current_setting('TimeZone')").fetchone() == ("UTC",)


@pytest.mark.parametrize(
    "statement",
    [
        "update snapshot.mart_a set a = 2",
        "create table b (a integer)",
        "drop view mart_a",
        "select * from read_csv('{secret}')",
        "select * from read_text('{secret}')",
        "copy (select 1) to '{target}'",
        "copy mart_a to '{target}' (format parquet)",
        "attach '{target}'",
        "attach '{secret}' as other (read_only)",
        "install httpfs",
        "set enable_external_access = true",
        "reset lock_configuration",
    ],
)
def test_a_reader_can_write_nothing_and_reaches_no_file(releases, tmp_path, statement):
    secret, target = tmp_path / "secret.csv", tmp_path / "target"
    secret.write_text("a\n1\n")
    release = open_release(releases)
    for connection in (release.connection, release.cursor()):
        with pytest.raises(duckdb.Error):
            connection.execute(statement.format(secret=secret, target=target))
    assert not target.exists()
    assert value_in(release) == 1


def cut_off(folder):
    file = folder / "maandvers.duckdb"
    file.write_bytes(file.read_bytes()[:1000])


def overwrite(folder):
    (folder / "maandvers.duckdb").write_bytes(b"no database" * 1000)


def remove_a_mart(folder):
    with duckdb.connect(str(folder / "maandvers.duckdb")) as connection:
        connection.execute("drop view mart_a")


HARMS = {
    "no database": lambda folder: (folder / "maandvers.duckdb").unlink(),
    "a database that was cut off": cut_off,
    "another file": overwrite,
    "a mart is missing": remove_a_mart,
    "no release.json": lambda folder: (folder / "release.json").unlink(),
    "half a datapackage.json": lambda folder: (folder / "datapackage.json").write_text('{"version": "1"'),
    "a datapackage.json of another form": lambda folder: (folder / "datapackage.json").write_text("{}"),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_broken_release_is_reported_with_its_name(releases, harm):
    HARMS[harm](releases / "2026-01-31_1")
    with pytest.raises(UnreadableReleaseError, match="release 2026-01-31_1 cannot be opened"):
        open_release(releases)


def test_a_release_of_another_version_is_reported_in_two_lines(releases):
    HARMS["a datapackage.json of another form"](releases / "2026-01-31_1")
    with pytest.raises(UnreadableReleaseError) as error:
        open_release(releases)
    reason, remedy = str(error.value).splitlines()
    assert reason.endswith("cannot be opened: datapackage.json: Field required at version, and 6 more")
    assert remedy.startswith("  do: ")


def test_a_missing_release_is_reported(releases, tmp_path):
    with pytest.raises(UnreadableReleaseError, match="release 2020-01-01_1 cannot be opened"):
        open_release(releases, "2020-01-01_1")
    with pytest.raises(UnreadableReleaseError, match="no latest release"):
        open_release(tmp_path)


def test_a_watch_follows_latest_while_earlier_readers_finish(releases):
    watch = ReleaseWatch(releases)
    first = watch.current()
    assert watch.current() is first
    reading = first.cursor()
    reading.execute("select a from mart_a")
    write_release(releases, "2026-02-01_1", value=2)
    assert value_in(watch.current()) == 2
    assert reading.fetchone() == (1,)
    assert value_in(first) == 1


@pytest.mark.parametrize("harm", HARMS)
def test_a_watch_answers_from_the_last_release_that_opens(releases, harm):
    watch = ReleaseWatch(releases)
    first = watch.current()
    HARMS[harm](write_release(releases, "2026-02-01_1", value=2))
    assert watch.current() is first
    assert "release 2026-02-01_1 cannot be opened" in watch.problem
    assert value_in(watch.current()) == 1
    write_release(releases, "2026-02-01_2", value=3)
    assert (value_in(watch.current()), watch.problem) == (3, None)


def test_a_watch_that_returns_to_its_release_has_no_problem(releases):
    watch = ReleaseWatch(releases)
    watch.current()
    overwrite(write_release(releases, "2026-02-01_1"))
    watch.current()
    assert watch.problem
    point_link(releases / LATEST, "2026-01-31_1")
    assert value_in(watch.current()) == 1
    assert watch.problem is None


def test_a_watch_without_any_release_says_so_and_finds_the_first(tmp_path):
    watch = ReleaseWatch(tmp_path)
    with pytest.raises(UnreadableReleaseError, match="no latest release"):
        watch.current()
    write_release(tmp_path, "2026-01-31_1")
    assert value_in(watch.current()) == 1


def test_databases_are_opened_beside_each_other_by_name(releases):
    write_release(releases, "2026-02-01_1", value=2)
    files = {name: releases / folder / "maandvers.duckdb" for name, folder in BESIDE.items()}
    both = open_databases(**files)
    query = (
        "select before.snapshot.mart_a.a, after.snapshot.mart_a.a from before.snapshot.mart_a, after.snapshot.mart_a"
    )
    assert both.execute(query).fetchall() == [(1, 2)]
    with pytest.raises(duckdb.Error, match="read-only"):
        both.execute("delete from after.snapshot.mart_a")


BESIDE = {"before": "2026-01-31_1", "after": "2026-02-01_1"}


def test_the_reader_imports_nothing_of_how_a_release_is_made():
    script = "import sys, dagster_project.release.reader; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "dagster_project.release.reader" in loaded
    for name in FORBIDDEN:
        assert not [one for one in loaded if f"{one}.".startswith(f"dagster_project.{name}.")], name
    assert not {"dbt", "dagster", "great_expectations", "pandas"} & set(loaded)
