"""Tiers of tests, and which tests stay together when several workers share them."""

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is slow, which is not what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark whole runs, and start with them, so that no worker is left with one at the end."""
    for item in items:
        if "story" in item.fixturenames:
            item.add_marker(pytest.mark.whole_run)
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=lambda item: ("story" not in item.fixturenames, item.get_closest_marker("whole_run") is None))
    for item in items:
        group = "story" if "story" in item.fixturenames else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))
