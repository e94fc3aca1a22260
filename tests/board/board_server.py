"""The real board over real HTTP, on a day that a test chooses."""

import socket
import threading
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import uvicorn

from dashboard.app import create_app
from dashboard.board_settings import BoardSettings


@dataclass
class Served:
    """A running board: its address, and the day that it takes for today."""

    url: str
    today: date

    def now(self) -> datetime:
        """The moment that the board asks for."""
        return datetime.combine(self.today, time(12), UTC)


@contextmanager
def served(releases: Path, today: date, settings: BoardSettings | None = None) -> Iterator[Served]:
    """Serve the board of an installation's releases in a thread."""
    board = Served("", today)
    app = create_app(releases, board.now, settings or BoardSettings())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the board did not start"
            clock.sleep(0.01)
        board.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield board
        finally:
            server.should_exit = True
            thread.join(timeout=5)
