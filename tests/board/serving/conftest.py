"""The board of the sample on its day."""

import pytest
from serving_clients import client_of


@pytest.fixture(scope="session")
def reader(sample_releases):
    """A reader of the sample's board on its day."""
    return client_of(sample_releases)
