"""Releases in object storage: readers find a whole release or the one before, whatever happens meanwhile."""

import json
import stat
from pathlib import Path

import duckdb
import duckdb_extension_httpfs
import obstore
import pytest

from dagster_project.errors import PublicationError, SetupError
from dagster_project.object_storage.bucket import opened_store, reported
from dagster_project.object_storage.download import fetch_latest
from dagster_project.object_storage.pointer import POINTER, Pointer, point_at, read_pointer
from dagster_project.object_storage.upload import upload_latest
from dagster_project.release.reader import DATABASE, LATEST, open_release
from dagster_project.storage.checksums import changed_files, write_checksums

from .conftest import KEYS, add_release, names_in, started_server

FIRST, SECOND = "2026-11-25_1", "2026-11-25_2"


def test_what_is_fetched_is_what_was_published(store, releases, elsewhere):
    assert upload_latest(releases, store).is_new
    assert fetch_latest(store, elsewhere, "group") == FIRST
    assert not [*changed_files(elsewhere / LATEST)]
    # Analysts of the group read it, and no other account.
    shared = (elsewhere, elsewhere / FIRST, elsewhere / FIRST / DATABASE)
    assert [stat.S_IMODE(path.stat().st_mode) for path in shared] == [0o750, 0o750, 0o640]
    release = open_release(elsewhere)
    assert release.info.release_id == FIRST
    assert release.connection.execute("select count(*) > 0 from snapshot.mart_kpi").fetchall() == [(True,)]
    release.close()
    assert not upload_latest(releases, store).is_new


def test_a_reader_keeps_the_release_before_and_no_earlier_one(store, releases, elsewhere, sample_home):
    for release_id in (FIRST, SECOND, "2026-11-26_1", "2026-12-01_10"):
        if release_id != FIRST:
            add_release(sample_home, releases, release_id)
        upload_latest(releases, store)
        assert fetch_latest(store, elsewhere, "group") == release_id
    assert {path.name for path in elsewhere.iterdir()} == {"2026-11-26_1", "2026-12-01_10", LATEST}


def test_releases_that_the_pipeline_no_longer_keeps_go_from_the_store(store, releases, sample_home):
    upload_latest(releases, store)
    obstore.put(store, "notes/other.txt", b"not ours")
    for release_id in (SECOND, "2026-11-26_1"):
        add_release(sample_home, releases, release_id)
        uploaded = upload_latest(releases, store)
        assert uploaded.removed == ()
    for release_id in (FIRST, SECOND):
        for file in sorted((releases / release_id).rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        (releases / release_id).rmdir()
    add_release(sample_home, releases, "2026-11-27_1")
    assert upload_latest(releases, store).removed == (FIRST, SECOND)
    assert {name.split("/")[0] for name in names_in(store)} == {"2026-11-26_1", "2026-11-27_1", POINTER, "notes"}


def test_of_two_publications_at_once_the_later_fails(store, releases):
    upload_latest(releases, store)
    before = read_pointer(store)
    for release_id in (SECOND, "2026-11-25_3"):
        pointer = Pointer(release_id=release_id, checksums="0" * 64)
        if release_id == SECOND:
            point_at(store, before, pointer)
        else:
            with pytest.raises(PublicationError, match="another publication switched readers meanwhile"):
                point_at(store, before, pointer)
    assert read_pointer(store).value.release_id == SECOND
    with pytest.raises(PublicationError, match="another publication"):
        point_at(store, None, Pointer(release_id="2026-11-25_4", checksums="0" * 64))


def test_readers_are_not_turned_back_to_an_earlier_release(store, releases, sample_home):
    for release_id in ("2026-11-25_9", "2026-11-25_10"):
        add_release(sample_home, releases, release_id)
        upload_latest(releases, store)
    (releases / LATEST).unlink()
    (releases / LATEST).symlink_to("2026-11-25_9")
    with pytest.raises(PublicationError, match=r"release 2026-11-25_10, which is later than 2026-11-25_9"):
        upload_latest(releases, store)
    assert read_pointer(store).value.release_id == "2026-11-25_10"


def test_a_changed_file_is_neither_published_nor_fetched(store, releases, elsewhere, sample_home):
    upload_latest(releases, store)
    fetch_latest(store, elsewhere, "group")
    add_release(sample_home, releases, SECOND)
    intact = (releases / SECOND / "parquet/mart_kpi.parquet").read_bytes()
    (releases / SECOND / "parquet/mart_kpi.parquet").write_bytes(intact[:-1] + b"!")
    with pytest.raises(PublicationError, match=r"mart_kpi\.parquet has changed since it was written"):
        upload_latest(releases, store)
    (releases / SECOND / "parquet/mart_kpi.parquet").write_bytes(intact)
    upload_latest(releases, store)
    obstore.put(store, f"{SECOND}/parquet/mart_kpi.parquet", intact[:-1] + b"!")
    with pytest.raises(PublicationError, match=r"not as it was published: parquet/mart_kpi.parquet has changed"):
        fetch_latest(store, elsewhere, "group")
    # Even with a list of checksums that fits.
    forged = releases / SECOND
    (forged / "parquet/mart_kpi.parquet").write_bytes(intact[:-1] + b"!")
    write_checksums(forged)
    obstore.put(store, f"{SECOND}/SHA256SUMS", forged / "SHA256SUMS")
    with pytest.raises(PublicationError, match="SHA256SUMS is not the one that was published"):
        fetch_latest(store, elsewhere, "group")
    assert (elsewhere / LATEST).readlink().name == FIRST
    assert {path.name for path in elsewhere.iterdir()} == {FIRST, LATEST}


def test_a_file_that_lies_outside_its_release_is_refused(store, releases, elsewhere):
    upload_latest(releases, store)
    obstore.put(store, f"{FIRST}/%2e%2e/%2e%2e/evil", b"x")
    with pytest.raises(PublicationError):
        fetch_latest(store, elsewhere, "group")
    assert not [*elsewhere.parent.parent.rglob("evil")]


def test_a_server_that_was_lost_gets_everything_again(server, store, releases, elsewhere):
    upload_latest(releases, store)
    server.process.kill()
    server.process.wait()
    again = started_server(server.port)
    try:
        with pytest.raises(PublicationError, match="has no release yet"), reported("s3://bucket", "ours"):
            fetch_latest(store, elsewhere, "group")
        assert upload_latest(releases, store).is_new
        assert fetch_latest(store, elsewhere, "group") == FIRST
    finally:
        again.process.kill()
        again.process.wait()


def test_an_analyst_reads_the_latest_release_in_duckdb_without_a_copy(server, store, releases):
    upload_latest(releases, store)
    (extension,) = Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
    with duckdb.connect() as connection:
        connection.execute(f"load '{extension}'")
        connection.execute(
            f"create secret (type s3, key_id '{KEYS['AWS_ACCESS_KEY_ID']}', secret '{KEYS['AWS_SECRET_ACCESS_KEY']}',"
            f" endpoint '127.0.0.1:{server.port}', use_ssl false, url_style path)"
        )
        place = "s3://bucket/gemeente/"
        connection.execute(f"set variable latest = (select release_id from read_json('{place}{POINTER}'))")
        query = "select count(*) from read_parquet($1 || getvariable('latest') || '/parquet/mart_kpi.parquet')"
        ((rows,),) = connection.execute(query.replace("$1", f"'{place}'")).fetchall()
    with duckdb.connect(str(releases / LATEST / DATABASE), read_only=True) as connection:
        assert connection.execute("select count(*) from snapshot.mart_kpi").fetchall() == [(rows,)]


def test_a_pointer_out_of_the_folder_is_refused(store, elsewhere):
    pointer = {"release_id": "../../2026-11-25_1", "checksums": "0" * 64}
    obstore.put(store, POINTER, json.dumps(pointer).encode())
    with pytest.raises(PublicationError, match="is no pointer to a release"):
        fetch_latest(store, elsewhere, "group")


@pytest.mark.parametrize("url", [None, "nonsense", "s3://", "https://user:p4ss@example.org/x"])
def test_an_address_that_cannot_be_used_is_refused(url):
    with pytest.raises(SetupError, match="do: ") as error:
        opened_store("url", url, None)
    assert "p4ss" not in str(error.value)


def test_a_pointer_of_something_else_is_reported(store, releases):
    obstore.put(store, POINTER, json.dumps({"version": 3}).encode())
    with pytest.raises(PublicationError, match="is no pointer to a release"):
        upload_latest(releases, store)
