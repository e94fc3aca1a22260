"""A bit that changes anywhere in landing, warehouse or releases is found, and reported with its remedy."""

import os
import random
import shutil

import pytest
from main_line.first_run import FIRST
from main_line.installation import CBS, Installation

from dagster_project.landing.store import FeedStore
from dagster_project.operations.verify import verify
from dagster_project.storage.checksums import write_checksums

SEED = 20261123
# MAANDVERS_TEST_PLACES=50 asks for more.
PLACES = int(os.environ.get("MAANDVERS_TEST_PLACES", "15"))


@pytest.fixture(scope="module")
def installation(first_run, tmp_path_factory):
    return first_run.copy(tmp_path_factory.mktemp("verified") / "home")


@pytest.fixture
def workspace(installation: Installation):
    return installation.workspace(FIRST)


def kept_files(installation):
    parts = [installation.home / "landing", installation.releases]
    files = [path for part in parts for path in part.rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted([*files, installation.home / "warehouse.duckdb"])


def flip(path, number):
    """Flip one bit, counted over the whole file."""
    with path.open("r+b") as file:
        file.seek(number // 8)
        (byte,) = file.read(1)
        file.seek(number // 8)
        file.write(bytes([byte ^ (1 << number % 8)]))


def test_what_nobody_touched_is_in_order(workspace):
    found = verify(workspace)
    assert found.findings == []
    assert found.folders >= 3


@pytest.mark.search
def test_a_bit_flipped_anywhere_is_found(installation, workspace):
    chance = random.Random(SEED)
    files = kept_files(installation)
    for _ in range(PLACES):
        path = chance.choice(files)
        if not path.stat().st_size:
            continue
        bit = chance.randrange(path.stat().st_size * 8)
        flip(path, bit)
        try:
            found = {finding.file for finding in verify(workspace).findings}
            # A damaged list of checksums says so of itself, or of the file whose line was hit.
            assert found & {str(path.relative_to(installation.home)), *beside(installation, path)}, (path, bit)
        finally:
            flip(path, bit)
    assert verify(workspace).findings == []


def beside(installation, path):
    if path.name == "events.head":
        return {"landing/events.jsonl"}
    if path.name != "SHA256SUMS":
        return set()
    return {str(other.relative_to(installation.home)) for other in path.parent.rglob("*")}


def test_a_file_that_is_gone_or_added_is_found(installation, workspace):
    release = installation.latest
    page = release / "freshness.json"
    shutil.move(page, release / "renamed.json")
    try:
        problems = {finding.file.rpartition("/")[2]: finding.problem for finding in verify(workspace).findings}
    finally:
        shutil.move(release / "renamed.json", page)
    assert problems["freshness.json"] == "is gone"
    assert problems["renamed.json"].startswith("was not there")


def test_a_delivery_replaced_with_all_its_checksums_is_found(installation, workspace, tmp_path):
    folder = next((workspace.landing / "cbs/key_figures/deliveries").iterdir())
    shutil.copytree(folder, tmp_path / "kept")
    try:
        flip(next((folder / "payload").iterdir()), 100)
        write_checksums(folder)
        findings = verify(workspace).findings
        assert {finding.file for finding in findings} == {f"{folder.relative_to(installation.home)}/SHA256SUMS"}
        assert [finding.problem for finding in findings] == ["is not the list of checksums in the event log"]
    finally:
        shutil.rmtree(folder)
        shutil.move(tmp_path / "kept", folder)


def altered(log, old, new):
    """The content of an event log in which the last occurrence of a text was altered."""
    before = log.file.read_bytes()
    place = before.rfind(old)
    assert place >= 0
    log.file.write_bytes(before[:place] + new + before[place + len(old) :])
    return before


def test_a_clock_that_was_moved_does_not_count(installation, workspace):
    store = FeedStore(workspace.landing, workspace.select([CBS])[0])
    checked = f'"checked_at": "{store.state().checked_at:%Y}'.encode()
    before = altered(store.event_log, checked, checked[:-1] + b"9")
    try:
        assert store.state().checked_at is None
        assert "changed outside Maandvers" in store.state().problems[0]
        (finding,) = verify(workspace).findings
        assert finding.file == "landing/events.jsonl"
        assert finding.problem.startswith("was changed outside Maandvers, in line ")
        assert finding.do.startswith("put it and events.head back from your back-up")
    finally:
        store.event_log.file.write_bytes(before)
    assert verify(workspace).findings == []


def test_a_release_replaced_with_all_its_checksums_is_found(installation, workspace, tmp_path):
    folder = installation.latest
    shutil.copytree(folder, tmp_path / "kept", symlinks=True)
    try:
        (folder / "freshness.json").write_text("{}")
        write_checksums(folder)
        (finding,) = verify(workspace).findings
        assert finding.file == f"releases/{folder.name}/SHA256SUMS"
        assert finding.problem == "is not the list of checksums in the event log"
    finally:
        shutil.rmtree(folder)
        shutil.move(tmp_path / "kept", folder)
