"""A server that speaks the S3 protocol, and small releases with the files of a real one."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import obstore
import pytest
from alerts.receivers import free_port
from obstore.store import S3Store

from dagster_project.object_storage.bucket import opened_store
from dagster_project.release.reader import DATABASE, DATAPACKAGE, LATEST, NOTE
from dagster_project.storage.checksums import write_checksums

KEYS = {"AWS_ACCESS_KEY_ID": "maandvers", "AWS_SECRET_ACCESS_KEY": "s3cr3t-key", "AWS_REGION": "eu-west-1"}


@dataclass
class Server:
    """Moto's server in a process of its own, which can be killed."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def started_server(port: int) -> Server:
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(port, process)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            httpx.put(f"{server.endpoint}/bucket").raise_for_status()
            return server
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError("moto's server did not start")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def lasting_server() -> Iterator[Server]:
    """One for all tests: to start it costs more than most of them."""
    started = started_server(free_port())
    yield started
    started.process.kill()
    started.process.wait()


@pytest.fixture
def server(keys: None, lasting_server: Server) -> Server:
    """A server with an empty bucket, also after a test that killed it."""
    if lasting_server.process.poll() is None:
        httpx.post(f"{lasting_server.endpoint}/moto-api/reset").raise_for_status()
        httpx.put(f"{lasting_server.endpoint}/bucket").raise_for_status()
    else:
        lasting_server.process = started_server(lasting_server.port).process
    return lasting_server


@pytest.fixture
def store(server: Server) -> S3Store:
    opened = opened_store("url", "s3://bucket/gemeente", server.endpoint)
    assert isinstance(opened, S3Store)
    return opened


@pytest.fixture
def releases(sample_home: Path, tmp_path: Path) -> Path:
    """A folder of releases with that of the sample, of which only the files that a reader needs."""
    folder = tmp_path / "pipeline" / "releases"
    folder.mkdir(parents=True)
    add_release(sample_home, folder, "2026-11-25_1")
    return folder


def add_release(sample_home: Path, releases: Path, release_id: str) -> None:
    """Add the sample's release under another id, and point at it."""
    source, folder = sample_home / "releases" / LATEST, releases / release_id
    (folder / "parquet").mkdir(parents=True)
    for name in (DATABASE, DATAPACKAGE, NOTE, "parquet/mart_kpi.parquet"):
        shutil.copyfile(source / name, folder / name)
    for name, key in ((NOTE, "release_id"), (DATAPACKAGE, "version")):
        content = json.loads((folder / name).read_bytes())
        (folder / name).write_text(json.dumps({**content, key: release_id}))
    write_checksums(folder)
    (releases / LATEST).unlink(missing_ok=True)
    (releases / LATEST).symlink_to(release_id)


def names_in(store: S3Store) -> set[str]:
    """Everything that is stored."""
    return {one["path"] for batch in obstore.list(store) for one in batch}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """The folder of releases of another machine."""
    return tmp_path / "board" / "releases"
