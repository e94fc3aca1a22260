"""Which tests stay together when several workers share them: each module, and all that follows the one story."""

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is slow, and no fault of what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whole runs come first, the longest of all at the head, so that no worker is left with one at the end."""
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=lambda item: ("story" not in item.fixturenames, "main_line" not in item.path.parts))
    for item in items:
        group = "story" if "story" in item.fixturenames else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))
