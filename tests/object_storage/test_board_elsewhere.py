"""The board elsewhere shows a whole release if the publisher, object storage or a fetching machine is killed."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
from alerts.receivers import free_port
from main_line.installation import COMMAND

from dagster_project.object_storage.download import PARTIAL, fetch_latest
from dagster_project.object_storage.upload import upload_latest
from dagster_project.release.reader import LATEST, open_release
from dagster_project.storage.checksums import write_checksums

from .conftest import KEYS, add_release, names_in, started_server

FIRST, SECOND = "2026-11-25_1", "2026-11-25_2"


def settings_of(server, home):
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAANDVERS_")}
    place = {"MAANDVERS_OBJECT_STORAGE__URL": "s3://bucket/gemeente", "MAANDVERS_OBJECT_STORAGE__ENDPOINT": server}
    return own | KEYS | place | {"MAANDVERS_HOME": str(home)}


def call(arguments, settings):
    return subprocess.run([COMMAND, *arguments], env=settings, capture_output=True, text=True, check=False, timeout=120)


def test_a_dead_server_leaves_latest_and_the_error_has_no_key(server, store, releases, elsewhere):
    pipeline, board = (settings_of(server.endpoint, folder.parent) for folder in (releases, elsewhere))
    assert call(["publish", "s3"], pipeline).stdout == f"Published {FIRST}\n"
    fetched = call(["fetch"], board)
    assert (fetched.returncode, fetched.stdout) == (0, f"{elsewhere / FIRST}\n"), fetched.stderr
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    for command, settings in ((["publish", "s3"], pipeline), (["fetch"], board)):
        failed = call(command, settings)
        assert failed.returncode == 8, failed.stderr
        assert "object storage s3://bucket/gemeente" in failed.stderr
        assert "do: " in failed.stderr
        assert KEYS["AWS_SECRET_ACCESS_KEY"] not in failed.stdout + failed.stderr
    assert (elsewhere / LATEST).readlink().name == FIRST


def test_a_publication_that_is_killed_leaves_readers_where_they_are(server, store, releases, sample_home, elsewhere):
    upload_latest(releases, store)
    add_release(sample_home, releases, SECOND)
    for number in range(200):
        (releases / SECOND / f"file_{number}.txt").write_text("x" * 1000)
    write_checksums(releases / SECOND)
    process = subprocess.Popen([COMMAND, "publish", "s3"], env=settings_of(server.endpoint, releases.parent))
    end = time.monotonic() + 60
    while time.monotonic() < end and not any(name.startswith(f"{SECOND}/") for name in names_in(store)):
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert any(name.startswith(f"{SECOND}/") for name in names_in(store))
    assert fetch_latest(store, elsewhere, "group") == FIRST
    assert upload_latest(releases, store).is_new
    assert fetch_latest(store, elsewhere, "group") == SECOND


def add_large_release(sample_home, releases, release_id):
    """Add a release that takes a while to bring anywhere."""
    add_release(sample_home, releases, release_id)
    for number in range(200):
        (releases / release_id / f"file_{number}.txt").write_text("x" * 1000 + str(number))
    write_checksums(releases / release_id)


def wait_for(is_true, seconds=60):
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.02)


def opened(releases):
    """The release that a reader opens, which has figures."""
    with closing(open_release(releases)) as release:
        assert release.connection.execute("SELECT count(*) FROM snapshot.mart_kpi").fetchone() > (0,)
        return release.info.release_id


def test_a_server_that_is_killed_during_a_publication_leaves_latest(server, store, releases, sample_home, elsewhere):
    upload_latest(releases, store)
    fetch_latest(store, elsewhere, "group")
    add_large_release(sample_home, releases, SECOND)
    pipeline, board = (settings_of(server.endpoint, folder.parent) for folder in (releases, elsewhere))
    command = [COMMAND, "publish", "s3"]
    with subprocess.Popen(command, env=pipeline, stderr=subprocess.PIPE, text=True) as publishing:
        wait_for(lambda: sum(name.startswith(f"{SECOND}/") for name in names_in(store)) > 5)
        server.process.kill()
        server.process.wait()
        _, errors = publishing.communicate(timeout=120)
    assert publishing.returncode == 8, errors
    assert opened(elsewhere) == FIRST
    assert call(["fetch"], board).returncode == 8
    assert opened(elsewhere) == FIRST
    assert opened(releases) == SECOND
    again = started_server(server.port)
    try:
        assert call(["publish", "s3"], pipeline).returncode == call(["fetch"], board).returncode == 0
        assert opened(elsewhere) == SECOND
    finally:
        again.process.kill()
        again.process.wait()


def test_a_machine_that_is_killed_while_it_fetches_keeps_its_release(server, store, releases, sample_home, elsewhere):
    upload_latest(releases, store)
    fetch_latest(store, elsewhere, "group")
    add_large_release(sample_home, releases, SECOND)
    upload_latest(releases, store)
    with subprocess.Popen([COMMAND, "fetch"], env=settings_of(server.endpoint, elsewhere.parent)) as fetching:
        wait_for(lambda: len([*elsewhere.glob(f"{PARTIAL}*/*")]) > 5)
        fetching.kill()
    assert fetching.returncode == -signal.SIGKILL
    assert opened(elsewhere) == FIRST
    assert fetch_latest(store, elsewhere, "group") == opened(elsewhere) == SECOND
    assert not [*elsewhere.glob(f"{PARTIAL}*")]


@contextmanager
def board(settings) -> Iterator[str]:
    """The board as its command serves it; yields its address."""
    port = free_port()
    with subprocess.Popen([COMMAND, "serve", "--port", str(port)], env=settings) as serving:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            serving.terminate()


def release_shown(address):
    try:
        return httpx.get(f"{address}/").headers.get("X-Release")
    except httpx.HTTPError:
        return None


def test_the_board_shows_what_was_fetched_and_then_the_next(server, store, releases, sample_home, elsewhere):
    upload_latest(releases, store)
    settings = settings_of(server.endpoint, elsewhere.parent) | {"MAANDVERS_MUNICIPALITY_CODE": "GM9999"}
    assert call(["fetch"], settings).returncode == 0
    with board(settings) as address:
        wait_for(lambda: release_shown(address) == FIRST)
        add_release(sample_home, releases, SECOND)
        upload_latest(releases, store)
        assert call(["fetch"], settings).returncode == 0
        wait_for(lambda: release_shown(address) == SECOND)
        server.process.kill()
        assert call(["fetch"], settings).returncode == 8
        assert release_shown(address) == SECOND
