"""The board of the sample on its day."""

import pytest
from reader import reader


@pytest.fixture(scope="session")
def board(sample_releases):
    """A reader of the sample's board on its day."""
    return reader(sample_releases)
