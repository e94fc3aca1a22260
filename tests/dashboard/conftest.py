"""The release of the whole sample, as the board reads it."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from main_line.first_run import SAMPLE_DAY

from dagster_project.release.reader import SNAPSHOT, Release, open_release

__all__ = ["SAMPLE_DAY"]


@pytest.fixture(scope="session")
def sample_releases(sample_home: Path) -> Path:
    """The folder of releases of the sample."""
    return sample_home / "releases"


@pytest.fixture(scope="session")
def release(sample_releases: Path) -> Iterator[Release]:
    """The release of the sample on its day."""
    opened = open_release(sample_releases)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def cursor(release: Release) -> duckdb.DuckDBPyConnection:
    """Every row of the release, whatever the date on which the tests run."""
    cursor = release.cursor()
    cursor.execute(f"USE release.{SNAPSHOT}")
    return cursor
