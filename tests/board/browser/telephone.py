"""A telephone with the board's day as its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from board_server import Served
from playwright.sync_api import Browser, BrowserContext

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@contextmanager
def telephone(browser: Browser, board: Served, **options: Any) -> Iterator[BrowserContext]:
    """Open a telephone without anything kept; ``options`` are Playwright's, for another screen or without scripts."""
    chosen = {"viewport": PHONE, "has_touch": True, "locale": "nl-NL"} | options
    context = browser.new_context(base_url=board.url, **chosen)
    context.clock.set_fixed_time(board.now())
    try:
        yield context
    finally:
        context.close()
