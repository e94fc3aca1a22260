"""A reader of the board on a day of choice, without a network in between, and releases that a test may change."""

import gc
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from time import monotonic

import duckdb
import orjson
from main_line.first_run import SAMPLE_DAY
from starlette.testclient import TestClient

from dagster_project.access import ReadAccess
from dagster_project.release.reader import DATABASE, DATAPACKAGE, LATEST, NOTE
from dashboard.app import EVERYTHING, create_app
from dashboard.board_settings import BoardSettings

HOST = "127.0.0.1:8050"
# Far more pages than a reader asks for.
UNBOUNDED = BoardSettings(expensive_pages_per_minute=1_000_000)


def reader(
    releases: Path,
    today: date | Callable[[], date] = SAMPLE_DAY,
    settings: BoardSettings = UNBOUNDED,
    peer: str = "127.0.0.1",
    host: str = HOST,
    seconds: Callable[[], float] = monotonic,
    access: ReadAccess = EVERYTHING,
) -> TestClient:
    """A browser at ``peer`` that asks for the board under the name ``host``; ``today`` may change."""

    def now() -> datetime:
        return datetime.combine(today() if callable(today) else today, time(12), UTC)

    app = create_app(releases, now, settings, seconds, access=access)
    return TestClient(app, f"http://{host}", client=(peer, 50_000), raise_server_exceptions=False)


def copy_release(release: Path, releases: Path, release_id: str, *changes: str) -> Path:
    """Copy what the board reads of a release under another id, with SQL ``changes`` to the tables behind its views.

    Nothing points to it yet.
    """
    folder = releases / release_id
    folder.mkdir(parents=True)
    for name in (DATABASE, DATAPACKAGE, NOTE):
        shutil.copyfile(release / name, folder / name)
    for name, key in ((NOTE, "release_id"), (DATAPACKAGE, "version")):
        content = orjson.loads((folder / name).read_bytes())
        (folder / name).write_bytes(orjson.dumps({**content, key: release_id}))
    if changes:
        # Pytest uses a folder's name again, under which a board of an earlier test may still have a release open.
        gc.collect()
        with duckdb.connect(str(folder / DATABASE)) as connection:
            for change in changes:
                connection.execute(change)
    return folder


def point_to(releases: Path, release_id: str) -> None:
    """Make a release the latest, in one step as a run does."""
    new = releases / f".{release_id}.new"
    new.symlink_to(release_id)
    new.replace(releases / LATEST)


def changed_release(sample_releases: Path, releases: Path, *changes: str) -> Path:
    """A folder of releases with one that differs from the sample's in what a test says."""
    release_id = f"{SAMPLE_DAY}_1"
    copy_release((sample_releases / LATEST).resolve(), releases, release_id, *changes)
    point_to(releases, release_id)
    return releases
