"""The release of the whole sample, as the board reads it."""

import duckdb
import pytest
from main_line.first_run import SAMPLE_DAY
from sample_release import release, sample_releases

from dagster_project.release.reader import Release
from dashboard.reading.board import Board, open_board

__all__ = ["release", "sample_releases"]


@pytest.fixture(scope="session")
def cursor(release: Release) -> duckdb.DuckDBPyConnection:
    """The marts as they may be shown on the day of the sample, whatever the date on which the tests run."""
    return release.shown_on(SAMPLE_DAY)


@pytest.fixture(scope="session")
def opened(release: Release) -> Board:
    """The board of the sample on its day, for tests of what pages are made of."""
    return open_board(release, SAMPLE_DAY, "")
