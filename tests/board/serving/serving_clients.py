"""Readers of a board on a day of choice, without a network in between."""

from datetime import UTC, date, datetime, time
from time import monotonic as time_passed

from main_line.first_run import SAMPLE_DAY
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import BoardSettings

HOST = "127.0.0.1:8050"


def client_of(releases, today=SAMPLE_DAY, peer=("127.0.0.1", 50000), seconds=time_passed, **settings):
    """A reader of the board, who is at ``peer``; ``today`` may be a function."""

    def now():
        day: date = today() if callable(today) else today
        return datetime.combine(day, time(12), UTC)

    chosen = BoardSettings(**{"expensive_pages_per_minute": 1_000_000, **settings})
    return TestClient(create_app(releases, now, chosen, seconds), f"http://{HOST}", client=peer)
