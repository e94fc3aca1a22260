"""Progress of a download: a bar on a terminal, plain log lines everywhere else."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Yield a function to call with the number of rows received since its last call."""
    if sys.stderr.isatty():
        yield from _bar(label, total)
    else:
        yield from _lines(label, total)


def _bar(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from dagster_project.console import PlainConsole

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=PlainConsole(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda rows: bar.advance(task, rows)


def _lines(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    done = 0

    def advance(rows: int) -> None:
        nonlocal done
        done += rows
        logger.info("%s: %s of %s rows", label, f"{done:,}", f"{total:,}" if total else "?")

    yield advance
