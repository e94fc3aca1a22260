"""The release of the whole sample, as the board reads it."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from main_line.first_run import SAMPLE_DAY

from dagster_project.release.reader import Release, open_release
from dashboard.reading.board import Board, open_board


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
    """The marts as they may be shown on the day of the sample, whatever the date on which the tests run."""
    return release.shown_on(SAMPLE_DAY)


@pytest.fixture(scope="session")
def opened(release: Release) -> Board:
    """The board of the sample on its day, for tests of what pages are made of."""
    return open_board(release, SAMPLE_DAY, "")
