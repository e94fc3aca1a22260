"""Boards on a day of choice, asked without a network in between."""

from datetime import UTC, date, datetime, time

import pytest
from dashboard.app import create_app
from dashboard.settings import BoardSettings
from main_line.first_run import SAMPLE_DAY
from starlette.testclient import TestClient


HOST = "127.0.0.1:8050"


def client_of(releases, today=SAMPLE_DAY, peer=("127.0.0.1", 50000), **settings):
    """A reader of the board, who is at ``peer``; ``today`` may be a function."""

    def now():
        day: date = today() if callable(today) else today
        return datetime.combine(day, time(12), UTC)

    chosen = BoardSettings(**{"expensive_pages_per_minute": 1_000_000, **settings})
    return TestClient(create_app(releases, now, chosen), f"http://{HOST}", client=peer)


@pytest.fixture(scope="session")
def reader(sample_releases):
    """A reader of the sample's board on its day."""
    return client_of(sample_releases)
