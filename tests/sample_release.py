"""The release of the whole sample, which no test changes, for tests of its readers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.release.reader import Release, open_release


@pytest.fixture(scope="session")
def sample_releases(sample_home: Path) -> Path:
    """The folder of releases of the sample."""
    return sample_home / "releases"


@pytest.fixture(scope="session")
def release(sample_releases: Path) -> Iterator[Release]:
    """The release of the sample."""
    opened = open_release(sample_releases)
    yield opened
    opened.close()
