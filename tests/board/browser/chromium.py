"""Chromium of the system, driven by Playwright; Playwright's own browsers are not used."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debian import install
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MISSING = (
    "the tests of the board need Chromium\n  do: apt-get install chromium, or set MAANDVERS_TEST_CHROMIUM to yours"
)


def chromium() -> Path:
    """Return the path of Chromium, installed where that may be done without asking."""
    if chosen := os.environ.get("MAANDVERS_TEST_CHROMIUM"):
        return Path(chosen)
    if not _found():
        install("chromium")
    if not (found := _found()):
        raise FileNotFoundError(MISSING)
    return Path(found)


def _found() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """Run Chromium without a window."""
    # Root has no sandbox of users; the pages are our own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()
