"""One Chromium for all tests of the board, and the board of the sample served to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from board_server import Served, served
from chromium import launched
from main_line.first_run import SAMPLE_DAY
from playwright.sync_api import Browser, BrowserContext, Page
from telephone import telephone


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder; one process runs them, with one browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium of the system."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def board(sample_releases: Path) -> Iterator[Served]:
    """The board of the sample on its day."""
    with served(sample_releases, SAMPLE_DAY) as running:
        yield running


@pytest.fixture
def phone(chromium: Browser, board: Served) -> Iterator[BrowserContext]:
    """A telephone that never saw the board."""
    with telephone(chromium, board) as context:
        yield context


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    """A page on the telephone that refuses errors of scripts and of the content security policy."""
    page = phone.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda line: page.complaints.append(line.text) if line.type == "error" else None)
    yield page
    assert page.complaints == []
