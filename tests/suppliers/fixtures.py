"""Fixtures that give tests running suppliers: import them in a conftest.py to use them."""

from collections.abc import Iterator
from datetime import date

import pytest

from dagster_project.sample.service import sample_app

from .replay import ABSENT, REAL_TABLE, replay_suppliers
from .running import Suppliers, running

AS_OF = date(2026, 11, 23)


@pytest.fixture(scope="session")
def shared_sample() -> Iterator[Suppliers]:
    with running(sample_app(AS_OF)) as suppliers:
        yield suppliers


@pytest.fixture(scope="session")
def shared_replay() -> Iterator[Suppliers]:
    if not REAL_TABLE.exists():
        pytest.skip(ABSENT)
    with replay_suppliers() as suppliers:
        yield suppliers


@pytest.fixture
def suppliers(shared_sample: Suppliers) -> Iterator[Suppliers]:
    """The sample suppliers as of AS_OF, without faults."""
    yield from _as_new(shared_sample)


@pytest.fixture
def replay(shared_replay: Suppliers) -> Iterator[Suppliers]:
    """CBS with one real table; tests that use it are skipped where the table is absent."""
    yield from _as_new(shared_replay)


def _as_new(suppliers: Suppliers) -> Iterator[Suppliers]:
    app = suppliers.app
    yield suppliers
    suppliers.app = app
    suppliers.faults.clear()
    suppliers.requests.clear()
