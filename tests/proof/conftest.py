"""Sample suppliers, and a copy of the first run's installation whose figures are proven."""

import pytest
from main_line.first_run import FIRST
from suppliers.fixtures import shared_sample, suppliers

__all__ = ["shared_sample", "suppliers"]


@pytest.fixture(scope="module")
def installation(first_run, tmp_path_factory):
    return first_run.copy(tmp_path_factory.mktemp("proved") / "home")


@pytest.fixture
def workspace(installation):
    return installation.workspace(FIRST)


@pytest.fixture
def release(installation):
    return installation.latest
