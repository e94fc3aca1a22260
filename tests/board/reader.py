"""A reader of the board on this machine, and releases that a test may change."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

import duckdb
import orjson
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import BoardSettings

HERE = ("127.0.0.1", 50_000)
# Files of a release that the board reads.
_FILES = ("maandvers.duckdb", "release.json", "datapackage.json")
UNBOUNDED = BoardSettings(expensive_pages_per_minute=1_000_000)


def reader(
    releases: Path,
    today: date,
    settings: BoardSettings = UNBOUNDED,
    peer: str = HERE[0],
    host: str = "127.0.0.1:8050",
    seconds: object = None,
) -> TestClient:
    """A browser at ``peer`` that asks for the board under the name ``host``."""
    clock = {} if seconds is None else {"seconds": seconds}
    app = create_app(releases, lambda: datetime.combine(today, time(12), UTC), settings, **clock)
    return TestClient(app, f"http://{host}", client=(peer, HERE[1]), raise_server_exceptions=False)


def copied(release: Path, releases: Path, release_id: str | None = None) -> Path:
    """Copy what the board reads of a release into another folder of releases; nothing points to it yet."""
    folder = releases / (release_id or release.resolve().name)
    folder.mkdir(parents=True)
    for name in _FILES:
        shutil.copyfile(release / name, folder / name)
    if release_id:
        for name, key in (("release.json", "release_id"), ("datapackage.json", "version")):
            note = orjson.loads((folder / name).read_bytes())
            (folder / name).write_bytes(orjson.dumps({**note, key: release_id}))
    return folder


def point_to(releases: Path, release_id: str) -> None:
    """Let ``latest`` point to a release, as a run does: at once."""
    new = releases / "latest.new"
    new.symlink_to(release_id)
    new.replace(releases / "latest")


@contextmanager
def changing(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the tables of a release for changes."""
    with duckdb.connect(str(release / "maandvers.duckdb")) as connection:
        yield connection
