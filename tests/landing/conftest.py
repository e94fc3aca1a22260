"""The running suppliers, and the installation that tests of retention look at."""

from datetime import timedelta

import pytest
from suppliers.fixtures import replay, shared_replay, shared_sample, suppliers

from .lived_through import Lived
from .past_terms import TODAY, month

__all__ = ["replay", "shared_replay", "shared_sample", "suppliers"]


@pytest.fixture
def lived(tmp_path):
    """Crimes were revised in each of six months and confirmed yesterday; nothing was ever released."""
    lived = Lived(tmp_path / "home")
    for number in range(6):
        lived.receive(month(number), number)
    lived.confirm(TODAY - timedelta(days=1))
    return lived
