"""Permissions of everything that a run writes: other accounts can read releases at most."""

import os
import shutil
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from dagster_project.errors import SetupError
from dagster_project.installation.opening import workspace_of
from dagster_project.operations.init import initialise
from dagster_project.storage.permissions import make_passage, share

from .first_run import EVERYONE_READS, FIRST

GROUP_AND_OTHERS = 0o077
# By the setting: bits of a released file, of a released folder, and of the home folder on the way to them.
RELEASED = {"owner": (0, 0, 0), "group": (0o040, 0o050, 0o010), "everyone": (0o044, 0o055, 0o011)}


def opened(home: Path, readers: str = "group") -> list[str]:
    """List the files and folders of an installation that give another account more than a release to its readers."""
    file_bits, folder_bits, way = RELEASED[readers]
    found = []
    for path in (home, *sorted(home.rglob("*"))):
        if path.is_symlink():
            continue
        bits = stat.S_IMODE(path.stat().st_mode) & GROUP_AND_OTHERS
        if path == home:
            expected = way
        elif home / "releases" in (path, *path.parents):
            expected = folder_bits if path.is_dir() else file_bits
        else:
            expected = 0
        if bits != expected:
            found.append(f"{path.relative_to(home)} {bits:o}")
    return found


def test_an_installation_can_be_read_by_its_owner_alone_and_its_releases_by_the_group(sample_home):
    assert (sample_home / "drops").is_dir()
    assert len([*sample_home.rglob("*")]) > 500
    assert opened(sample_home) == []


@pytest.mark.long
def test_a_run_with_a_dagster_home_leaves_nothing_open(first_run, tmp_path):
    installation = first_run.copy(tmp_path / "home")
    # As an account of before made them.
    installation.home.chmod(0o755)
    inbox = installation.home / "drops"
    inbox.mkdir(exist_ok=True)
    inbox.chmod(0o775)
    dagster = installation.home / "dagster"
    dagster.mkdir(mode=0o700)
    (dagster / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    (dagster / "dagster.yaml").chmod(0o600)
    more = {"DAGSTER_HOME": str(dagster), "MAANDVERS_RELEASE_READERS": "everyone"}
    call = installation.start("run", on=FIRST + timedelta(days=1), umask=EVERYONE_READS, env=more)
    _, errors = call.communicate(timeout=200)
    assert call.returncode == 0, errors[-3000:]
    assert [*dagster.rglob("*.db")]
    # Of the inbox, departments that deliver by their group keep what they have.
    assert stat.S_IMODE(inbox.stat().st_mode) == 0o770
    inbox.chmod(0o700)
    shutil.rmtree(first_of(installation.releases))
    assert opened(installation.home, "everyone") == []


def first_of(releases):
    """The release of the first run, made for another group of readers; files it shares with the next follow that."""
    return min(path for path in releases.iterdir() if path.is_dir() and not path.is_symlink())


@pytest.mark.parametrize(
    "part", ["landing/events.jsonl", "warehouse.duckdb", "drops", "audit", "releases/latest/release.json", "."]
)
def test_a_part_that_is_opened_is_found(first_run, tmp_path, part):
    home = first_run.copy(tmp_path / "home").home
    (home / "drops").mkdir(exist_ok=True, mode=0o700)
    assert opened(home) == []
    (home / part).chmod((home / part).stat().st_mode | 0o004)
    assert len(opened(home)) == 1


@pytest.mark.parametrize("readers", RELEASED)
def test_a_new_installation_is_closed_before_its_first_run(tmp_path, monkeypatch, readers):
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "data" / "new"
    monkeypatch.setenv("MAANDVERS_HOME", str(home))
    monkeypatch.setenv("MAANDVERS_RELEASE_READERS", readers)
    before = os.umask(EVERYONE_READS)
    try:
        initialise(workspace_of(is_sample=False, as_of=None), "GM0867", ["hr"], None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((home / "drops" / "hr.staff").stat().st_mode) == 0o700
    assert opened(home, readers) == []
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) & GROUP_AND_OTHERS == RELEASED[readers][2]
    assert stat.S_IMODE((tmp_path / "maandvers.toml").stat().st_mode) == 0o600


def test_a_link_in_a_shared_folder_is_not_followed(tmp_path):
    own, shared = tmp_path / "own.csv", tmp_path / "shared"
    own.touch(mode=0o600)
    shared.mkdir()
    (shared / "link.csv").symlink_to(own)
    share(shared, "everyone")
    assert stat.S_IMODE(own.stat().st_mode) == 0o600


@pytest.mark.parametrize(("mode", "is_refused"), [(0o755, True), (0o740, True), (0o710, False), (0o700, False)])
def test_a_home_of_another_account_may_not_be_open(tmp_path, monkeypatch, mode, is_refused):
    """Only its owner can change the mode of a folder; the tests may run as root, who always can."""

    def not_yours(*_, **__):
        raise PermissionError

    tmp_path.chmod(mode)
    monkeypatch.setattr(Path, "chmod", not_yours)
    if is_refused:
        with pytest.raises(SetupError, match="can be read by other accounts"):
            make_passage(tmp_path, "group")
    else:
        make_passage(tmp_path, "group")
