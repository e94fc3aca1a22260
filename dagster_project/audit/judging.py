"""Great Expectations in a process of its own, so that its import runs beside the rest of the run.

Importing it costs more than judging; with two cores the wait is all but hidden when ``warm_up`` is called early.
"""

import atexit
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path

from expectations.data_docs import build_data_docs
from expectations.frames import Frame, Judgement
from expectations.judge import judge
from expectations.rules import SUITE_TITLES


@cache
def _worker() -> ProcessPoolExecutor:
    pool = ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn"))
    atexit.register(pool.shutdown, cancel_futures=True)
    return pool


def warm_up() -> None:
    """Let the worker start to import Great Expectations."""
    _worker().submit(_import_great_expectations)


def judge_frames(as_of: date, context: Path, frames: Sequence[Frame], is_first: bool) -> list[Judgement]:
    """Judge frames; what could not be judged, for whatever reason, comes back as failed."""
    try:
        return _worker().submit(judge, frames, as_of, context, is_first).result()
    except Exception as error:
        # Whatever stops a check: a check that could not run has failed.
        if isinstance(error, BrokenProcessPool):
            _worker.cache_clear()
        return [_not_checked(frame, error) for frame in frames]


def data_docs(context: Path, target: Path) -> Future[Path]:
    """Start to build the readable pages of all that was judged."""
    return _worker().submit(build_data_docs, context, target)


def _import_great_expectations() -> None:
    import_module("expectations.row_expectations")


def _not_checked(frame: Frame, error: Exception) -> Judgement:
    return Judgement(
        suite=frame.suite,
        expectation="any",
        subject=frame.suite,
        row={},
        passed=False,
        observed="not known",
        expected="a judgement",
        message=f"{frame.suite}: could not be checked: {type(error).__name__}: {error}",
        message_nl=f"{SUITE_TITLES[frame.suite]}: kon niet worden gecontroleerd; de melding in het Engels zegt waarom.",
    )
