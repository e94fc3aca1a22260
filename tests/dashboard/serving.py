"""The real board over real HTTP, on a day that a test chooses."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from starlette.types import ASGIApp

from dagster_project.sample.servers.serving import serve


@dataclass
class Served:
    """A running board: its address, and the day that it takes for today."""

    url: str
    today: date

    def now(self) -> datetime:
        """The moment that the board asks for."""
        return datetime.combine(self.today, time(12), UTC)


@contextmanager
def served(app: Callable[[Callable[[], datetime]], ASGIApp], today: date) -> Iterator[Served]:
    """Serve the app that is made with a clock."""
    board = Served("", today)
    with serve(app(board.now)) as board.url:
        yield board
