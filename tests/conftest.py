"""Shared runs, tiers of tests, and which tests stay together when several workers share them."""

import gc

import pytest
from hypothesis import HealthCheck, settings
from main_line.first_run import first_run, paged_suppliers, public_edition, public_home, sample_home
from main_line.story import story

__all__ = ["first_run", "paged_suppliers", "public_edition", "public_home", "sample_home", "story"]

# Importing all tests makes much and frees nothing: searching it for what can be freed is a fifth of the work.
gc.disable()

# A busy machine is slow, which is not what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# Fixtures that run the line, or dbt.
WHOLE_RUNS = {"first_run", "sample_home", "story", "copied_project", "dbt"}
# Files of tests that read tables, series or cases as they were published.
REAL_DATA = ("test_real_", "test_published_cases", "test_published_numbers", "test_published_tourism")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark whole runs, and start with them, so that no worker is left with one at the end; mark tests of real data."""
    for item in items:
        if item.path.name.startswith(REAL_DATA):
            item.add_marker(pytest.mark.real_data)
        if WHOLE_RUNS & {*item.fixturenames}:
            item.add_marker(pytest.mark.whole_run)
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=_rank)
    for item in (item for item in items if not item.get_closest_marker("xdist_group")):
        # Days of the story build on each other, in one process.
        group = "story" if "story" in item.fixturenames else str(item.path.relative_to(config.rootpath))
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_finish() -> None:
    """Search for garbage from here on, as seldom as the command does, and not again in what was imported."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000, 50, 100)


def _rank(item: pytest.Item) -> int:
    """The story is one piece of a third of all work; the other worker begins with the sample meanwhile."""
    for rank, fixture in enumerate(("story", "sample_home")):
        if fixture in item.fixturenames:
            return rank
    return 2 if item.get_closest_marker("whole_run") else 3
