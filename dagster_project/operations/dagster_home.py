"""Where Dagster keeps its history of an installation, and how it writes there."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, event

from dagster_project.installation.settings import PROJECT


def prepare_dagster_home(home: Path) -> None:
    """Let Dagster keep its history inside the installation, with our settings: no telemetry, one writer."""
    folder = home / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(PROJECT / "orchestration" / "dagster.yaml", folder)
    os.environ["DAGSTER_HOME"] = str(folder)


@contextmanager
def history_held_open() -> Iterator[None]:
    """Hold open each SQLite file of the history while a run writes to it.

    Dagster opens and closes a file for every event. Whoever is the last to close it makes SQLite clear its log away and
    wait for the disk; a run has hundreds of events. After a power cut the last of them may be gone, the file is whole.
    """
    held: dict[str, sqlite3.Connection] = {}
    with ExitStack() as until_the_end:

        def hold(opened: sqlite3.Connection, _: object) -> None:
            opened.execute("PRAGMA synchronous = NORMAL")
            _, _, file = opened.execute("PRAGMA database_list").fetchone()
            if file not in held:
                held[file] = until_the_end.enter_context(closing(sqlite3.connect(file, check_same_thread=False)))
            # Only who has read a file since its log began counts as having it open.
            held[file].execute("PRAGMA user_version").fetchone()

        event.listen(Engine, "connect", hold)
        until_the_end.callback(event.remove, Engine, "connect", hold)
        yield
