"""A home in object storage: any machine goes on where the last one stopped, and of two at once one is refused."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import obstore
import pytest

from dagster_project.errors import PublicationError, SetupError
from dagster_project.installation.opening import InstallationTakenError, sole_run
from dagster_project.installation.settings import ObjectStorageSettings, Settings
from dagster_project.installation.workspace import Workspace
from dagster_project.object_storage.bucket import opened_store, read
from dagster_project.object_storage.fetch_home import FETCHING
from dagster_project.object_storage.home_manifest import MANIFEST_OF_HOME, HomeManifest
from dagster_project.object_storage.shared_home import shared_home
from dagster_project.storage.atomic import point_link
from dagster_project.storage.checksums import changed_files, write_checksums
from dagster_project.storage.permissions import share

from .conftest import KEYS, names_in

PLACE = "s3://bucket/home"
RUN = """
import sys
from object_storage.test_home import machine_in, run
from pathlib import Path
with run(machine_in(Path(sys.argv[1]), sys.argv[2])):
    pass
"""


@pytest.fixture
def bucket(server):
    """The place of the home."""
    return opened_store("home", PLACE, server.endpoint)


@pytest.fixture
def machines(server, tmp_path):
    """Machines by name, each with a home of its own."""
    return lambda name, **settings: machine_in(tmp_path / name, server.endpoint, **settings)


def machine_in(home, endpoint, **settings):
    place = ObjectStorageSettings(home=PLACE, endpoint=endpoint)
    chosen = {"municipality_code": "GM9999", "secret": "a secret", "object_storage": place, **settings}
    return Workspace(Settings(home=home, **chosen))


@contextmanager
def run(machine):
    """A run, around what it lands and releases; yields what saves that meanwhile."""
    with sole_run(machine), shared_home(machine) as save:
        yield save


def content_of(home):
    """Every file and link with what counts of it."""
    found = {}
    for path in sorted(home.rglob("*")):
        name = str(path.relative_to(home))
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file() and name != ".run.lock":
            status = path.stat()
            found[name] = (path.read_bytes(), status.st_mtime_ns, stat.S_IMODE(status.st_mode))
    return found


def deliver(machine, delivery_id, files=1):
    """Land a delivery."""
    folder = machine.landing / "cbs" / "key_figures" / "deliveries" / delivery_id
    (folder / "payload").mkdir(parents=True)
    for number in range(files):
        (folder / "payload" / f"part {number}%.json").write_text(f"{delivery_id} {number}")
    write_checksums(folder)
    machine.event_log.append("received", {"folders": [delivery_id]}, datetime.now(UTC))


def release(machine, release_id):
    """Release something, of which one file is that of the release before."""
    folder = machine.releases / release_id
    folder.mkdir(parents=True)
    (folder / "figures.csv").write_text(release_id)
    before = machine.releases / "latest" / "borders.csv"
    if before.exists():
        os.link(before, folder / "borders.csv")
    else:
        (folder / "borders.csv").write_text("borders")
    write_checksums(folder)
    share(folder, machine.settings.release_readers)
    machine.event_log.append("released", {"id": release_id}, datetime.now(UTC))
    point_link(machine.releases / "latest", release_id)


def test_a_fresh_machine_has_the_home_of_the_one_that_died(machines):
    died, fresh = machines("died"), machines("fresh")
    with run(died):
        deliver(died, "a")
        release(died, "2026-11-25_1")
        release(died, "2026-11-26_1")
        (died.home / "alerts").mkdir()
        (died.home / "alerts" / "sent.json").write_text("{}")
        (died.home / "secret").write_text("stays here")
    with run(fresh):
        kept = content_of(died.home)
        assert content_of(fresh.home) == {name: one for name, one in kept.items() if name != "secret"}
        assert stat.S_IMODE(fresh.releases.stat().st_mode) == 0o750
        # What did not change from release to release is one file here as well.
        first, second = fresh.releases.glob("2026*/borders.csv")
        assert first.samefile(second)
        assert not [*changed_files(fresh.releases / "latest")]
        assert fresh.event_log.problem() is None
    assert [*died.home.glob(FETCHING)] == [*fresh.home.glob(FETCHING)] == []


def test_machines_take_turns_and_follow_what_was_pruned(machines, bucket):
    one, other = machines("one"), machines("other")
    with run(one) as save:
        deliver(one, "a")
        save()
        release(one, "2026-11-25_1")
    objects = names_in(bucket)
    # Times of objects are whole seconds, and nothing is deleted that may be as new as the manifest.
    time.sleep(1)
    with run(other):
        deliver(other, "b")
        release(other, "2026-11-26_1")
        (other.landing / "cbs/key_figures/deliveries/a/payload/part 0%.json").unlink()
        shutil.rmtree(other.releases / "2026-11-25_1")
        other.event_log.append("deleted", {"folder": "releases/2026-11-25_1"}, datetime.now(UTC))
    with run(one):
        assert content_of(one.home) == content_of(other.home)
    assert {path.name for path in one.releases.iterdir()} == {"2026-11-26_1", "latest"}
    gone = [name for name in objects if name != MANIFEST_OF_HOME and name not in names_in(bucket)]
    # The pruned payload, the release and the event log of before.
    assert len(gone) >= 3
    named = {file.content for file in saved(bucket).files.values()}
    assert names_in(bucket) == {*named, MANIFEST_OF_HOME}


def saved(bucket):
    return read(bucket, MANIFEST_OF_HOME, HomeManifest, "").value


def test_nothing_is_sent_where_nothing_changed(machines, bucket):
    machine = machines("one")
    with run(machine):
        deliver(machine, "a")
    before = saved(bucket)
    with run(machine) as save:
        save()
    assert saved(bucket) == before


def test_a_machine_that_could_not_save_goes_on_with_what_it_has(machines, server, bucket):
    machine, fresh = machines("one"), machines("fresh")
    with run(machine):
        deliver(machine, "a")
    # Landed by a run that was killed before it saved.
    deliver(machine, "b")
    mine = content_of(machine.home)
    with run(machine):
        assert content_of(machine.home) == mine
    with run(fresh):
        assert content_of(fresh.home) == mine


def test_what_a_machine_lost_comes_back_and_stays_in_object_storage(machines, bucket):
    machine = machines("one")
    with run(machine):
        deliver(machine, "a")
        release(machine, "2026-11-25_1")
    before, home = saved(bucket), content_of(machine.home)
    shutil.rmtree(machine.releases)
    (machine.landing / "cbs/key_figures/deliveries/a/payload/part 0%.json").unlink()
    (machine.landing / "events.head").unlink()
    with run(machine):
        assert content_of(machine.home) == home
    assert saved(bucket) == before


def test_of_two_machines_at_once_the_later_is_refused_and_keeps_what_it_has(machines, bucket):
    first, second = machines("first"), machines("second")
    with run(first):
        deliver(first, "a")
    with run(second) as save_second:
        with run(first) as save_first:
            deliver(first, "b")
            save_first()
            winner = saved(bucket)
        deliver(second, "c")
        with pytest.raises(InstallationTakenError, match=r"another machine ran.*\n.*kept: what this machine has"):
            save_second()
    assert saved(bucket) == winner
    kept = content_of(second.home)
    with pytest.raises(SetupError, match=r"each have lines that the other lacks(.|\n)*move .* away"), run(second):
        pass
    assert content_of(second.home) == kept
    second.home.rename(second.home.with_name("moved away"))
    with run(second):
        assert content_of(second.home) == content_of(first.home)


def test_two_machines_that_begin_at_once_do_not_mix(machines, bucket):
    first, second = machines("first"), machines("second")
    with run(first) as save:
        deliver(first, "a")
        with run(second):
            deliver(second, "b")
        with pytest.raises(InstallationTakenError):
            save()
    assert "landing/cbs/key_figures/deliveries/b/SHA256SUMS" in saved(bucket).files


def killed_during_a_run(machine, server, is_time):
    """Run in a process of its own, and kill it once it is time."""
    command = [sys.executable, "-c", RUN, str(machine.home), server.endpoint]
    with subprocess.Popen(command, env=os.environ | KEYS | {"PYTHONPATH": os.pathsep.join(sys.path)}) as process:
        end = time.monotonic() + 120
        while not is_time() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def test_an_upload_that_is_killed_leaves_the_home_of_before(machines, server, bucket):
    machine, fresh = machines("one"), machines("fresh")
    with run(machine):
        deliver(machine, "a")
    before, home = saved(bucket), content_of(machine.home)
    objects = names_in(bucket)
    deliver(machine, "b", files=200)
    killed_during_a_run(machine, server, lambda: len(names_in(bucket)) > len(objects) + 20)
    assert saved(bucket) == before
    with run(fresh):
        assert content_of(fresh.home) == home
    # A second may pass: object storage tells time in whole ones.
    time.sleep(1.1)
    with run(machine):
        pass
    named = {file.content for file in saved(bucket).files.values()}
    assert names_in(bucket) == {*named, MANIFEST_OF_HOME}
    with run(fresh):
        assert content_of(fresh.home) == content_of(machine.home)


@pytest.mark.parametrize("has_history", [False, True])
def test_a_machine_that_is_killed_while_it_fetches_fetches_again(machines, server, has_history):
    machine, other = machines("one"), machines("other")
    with run(machine):
        deliver(machine, "a")
    if has_history:
        with run(other):
            pass
    with run(machine):
        deliver(machine, "b", files=200)
        release(machine, "2026-11-25_1")
    killed_during_a_run(other, server, lambda: len([*(other.home / FETCHING).rglob("*")]) > 20)
    assert other.event_log.problem() is None
    with run(other):
        assert content_of(other.home) == content_of(machine.home)


def test_a_machine_that_stops_before_its_log_is_there_fetches_again(machines):
    machine, other = machines("one"), machines("other")
    with run(machine):
        deliver(machine, "a")
    with run(other):
        pass
    with run(machine):
        deliver(machine, "b")
        release(machine, "2026-11-25_1")
    head = other.landing / "events.head"
    kept = head.read_bytes()
    head.unlink()
    # No file can take its place.
    head.mkdir()
    with pytest.raises(PublicationError), run(other):
        pass
    assert (other.landing / "cbs/key_figures/deliveries/b").exists()
    head.rmdir()
    head.write_bytes(kept)
    assert other.event_log.problem() is None
    with run(other):
        assert content_of(other.home) == content_of(machine.home)


@pytest.mark.parametrize("is_gone", [False, True])
def test_content_that_is_damaged_in_object_storage_comes_to_no_machine(machines, bucket, is_gone):
    machine, fresh = machines("one"), machines("fresh")
    with run(machine):
        deliver(machine, "a")
        release(machine, "2026-11-25_1")
    behind = machines("behind")
    with run(behind):
        kept = content_of(behind.home)
    with run(machine):
        release(machine, "2026-11-26_1")
    name = "releases/2026-11-26_1/figures.csv"
    content = saved(bucket).files[name].content
    obstore.delete(bucket, content) if is_gone else obstore.put(bucket, content, b"2026-11-26_2")
    problem = "is gone" if is_gone else "has changed"
    for one, has in ((behind, kept), (fresh, {})):
        with pytest.raises(PublicationError, match=rf"{name}, as {content}, {problem}(.|\n)*do: "), run(one):
            pass
        assert content_of(one.home) == has
    # As the message says: a machine that has everything saves all of it again.
    obstore.delete(bucket, MANIFEST_OF_HOME)
    with run(machine):
        pass
    with run(behind), run(fresh):
        assert content_of(behind.home) == content_of(fresh.home) == content_of(machine.home)


def test_a_manifest_of_something_else_is_refused(machines, bucket):
    machine = machines("one")
    obstore.put(bucket, MANIFEST_OF_HOME, b'{"files": {"../../etc/passwd": {}}}')
    with pytest.raises(PublicationError, match=r"home\.json is no manifest of a home"), run(machine):
        pass


@pytest.mark.parametrize("name", ["../outside", "landing/../../outside", "/etc/passwd", "secret", "drops/x"])
def test_a_name_outside_the_home_is_refused(machines, bucket, name):
    machine, fresh = machines("one"), machines("fresh")
    with run(machine):
        deliver(machine, "a")
    manifest = saved(bucket)
    forged = manifest.model_copy(update={"files": {**manifest.files, name: manifest.files["landing/events.jsonl"]}})
    obstore.put(bucket, MANIFEST_OF_HOME, forged.model_dump_json().encode())
    with pytest.raises(PublicationError, match="is no manifest of a home"), run(fresh):
        pass


def test_the_home_of_another_municipality_is_refused(machines):
    elsewhere = machines("other", municipality_code="GM0001")
    with run(machines("one")) as save:
        save()
    with pytest.raises(SetupError, match="has the home of GM9999, and this installation is of GM0001"), run(elsewhere):
        pass


def test_another_secret_is_refused_and_not_shown(machines, bucket):
    elsewhere = machines("other", secret="another one")
    with run(machines("one")) as save:
        save()
    assert b"a secret" not in bytes(obstore.get(bucket, MANIFEST_OF_HOME).bytes())
    with pytest.raises(SetupError, match="MAANDVERS_SECRET is another") as raised, run(elsewhere):
        pass
    assert "another one" not in str(raised.value)
    with pytest.raises(SetupError, match="do: set MAANDVERS_SECRET on each"), run(machines("third", secret=None)):
        pass


def test_files_without_their_event_log_are_not_deleted(machines):
    one, other = machines("one"), machines("other")
    with run(one):
        deliver(one, "a")
    release(other, "2026-11-25_1")
    (other.landing / "events.jsonl").unlink()
    (other.landing / "events.head").unlink()
    kept = content_of(other.home)
    with pytest.raises(SetupError, match="belongs to no event log here"), run(other):
        pass
    assert content_of(other.home) == kept


def test_a_home_may_not_lie_where_readers_read():
    with pytest.raises(ValueError, match="whose readers could read every delivery"):
        ObjectStorageSettings(url="s3://bucket/gemeente/", home="s3://bucket/gemeente/home")
    assert ObjectStorageSettings(url="s3://bucket/gemeente", home="s3://bucket/gemeente-home")
