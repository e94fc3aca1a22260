"""A server with catalogues, and the whole sample that was built in a lake."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from main_line.first_run import call_sample
from object_storage.conftest import keys, lasting_server, server
from postgres_server import started_postgres

from dagster_project.storage.lake import Lake

__all__ = ["keys", "lasting_server", "server"]


@pytest.fixture(scope="session")
def catalogue() -> Iterator[str]:
    """The address of a Postgres server."""
    with started_postgres() as address:
        yield address


@pytest.fixture(scope="session")
def lake_settings(catalogue: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings by which a run builds in a lake."""
    return {
        "MAANDVERS_TARGET": "lake",
        "MAANDVERS_LAKE__CATALOGUE": catalogue,
        "MAANDVERS_LAKE__DATA": str(tmp_path_factory.mktemp("lake")),
    }


@pytest.fixture(scope="session")
def lake_home(lake_settings: dict[str, str], sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The deliveries of ``sample_home``, built in a lake and released; no test changes it."""
    home = tmp_path_factory.mktemp("sample_in_a_lake") / "home"
    built = {"warehouse.duckdb", "releases", "published", "dbt", "audit"}
    shutil.copytree(
        sample_home, home, symlinks=True, ignore=lambda folder, _: built if Path(folder) == sample_home else ()
    )
    ran = call_sample(home, "run", settings=lake_settings)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return home


@pytest.fixture(scope="session")
def lake(lake_settings: dict[str, str], lake_home: Path) -> Lake:
    """What that run built."""
    folder = lake_settings["MAANDVERS_LAKE__DATA"]
    return Lake(catalogue=lake_settings["MAANDVERS_LAKE__CATALOGUE"], name="gm9999", data=f"{folder}/gm9999")


@pytest.fixture
def empty_lake(catalogue: str, tmp_path: Path) -> Lake:
    """A lake of a test alone."""
    return Lake(catalogue=catalogue, name=f"lake_{tmp_path.name}", data=str(tmp_path / "files"))
