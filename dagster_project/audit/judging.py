"""Worker process for Great Expectations, so that its import runs in parallel with the rest of the run.

Importing it costs more than judging; on two cores an early ``warm_up`` hides most of the wait.
"""

import atexit
import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast

from expectations.data_docs import build_data_docs
from expectations.judge import judge
from expectations.judgement import Frame, Judgement
from expectations.standing import PAGES, forget, standing_judgements, suites_with_results
from expectations.suites import suite_not_checked

# Great Expectations imports these for expectations on distributions, which no suite has: a third of its import.
UNUSED = {"scipy": ModuleType("scipy"), "scipy.stats": ModuleType("scipy.stats"), "altair": ModuleType("altair")}
# It works without this one where it is not installed: frames are no tables of a database. A fifth of its import.
NOT_NEEDED = "sqlalchemy"


@cache
def _worker() -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=_start)
    atexit.register(pool.shutdown, cancel_futures=True)
    return pool


def warm_up() -> None:
    """Start importing Great Expectations in the worker."""
    _worker().submit(bool)


def judge_frames(as_of: date, context: Path, frames: Sequence[Frame]) -> list[Judgement]:
    """Judge frames that differ from those judged last; one that could not be judged, for any reason, has failed."""
    found = {frame.suite: standing_judgements(frame, context) for frame in frames}
    new = [frame for frame in frames if found[frame.suite] is None]
    if new:
        judged = _judge_in_worker(as_of, context, new)
        found |= {frame.suite: [one for one in judged if one.suite == frame.suite] for frame in new}
    return [judgement for frame in frames for judgement in found[frame.suite] or []]


def data_docs(context: Path, suites: Collection[str]) -> Path:
    """Build Data Docs of the results of suites, unless they show them already; returns the first page."""
    first_page = context / PAGES / "index.html"
    if first_page.exists() and suites_with_results(context) == set(suites):
        return first_page
    return _worker().submit(build_data_docs, context, suites).result()


def _judge_in_worker(as_of: date, context: Path, frames: Sequence[Frame]) -> list[Judgement]:
    try:
        return _worker().submit(judge, frames, as_of, context).result()
    except Exception as error:
        # A check that could not run has failed, whatever the cause.
        if isinstance(error, BrokenProcessPool):
            _worker.cache_clear()
        for frame in frames:
            forget(frame.suite, context)
        return [suite_not_checked(frame.suite, f"{type(error).__name__}: {error}") for frame in frames]


def _start() -> None:
    """Begin a worker, which ends with its run even where that is killed and cannot end it."""
    threading.Thread(target=_end_with_run, daemon=True).start()
    _import_great_expectations()


def _end_with_run() -> None:
    run = multiprocessing.parent_process()
    assert run is not None
    run.join()
    # From this thread, and whatever the worker is at: nothing waits for its answer any more.
    os._exit(1)


def _import_great_expectations() -> None:
    """Import it with empty modules in the place of unused ones; an expectation that needs one could not be checked."""
    UNUSED["scipy"].__dict__["stats"] = UNUSED["scipy.stats"]
    sys.modules.update(UNUSED)
    # A module that is None cannot be imported, as one that is not installed.
    cast("dict[str, ModuleType | None]", sys.modules)[NOT_NEEDED] = None
    # Looking for garbage costs a sixth of the import, which leaves none.
    gc.disable()
    import_module("great_expectations")
    gc.freeze()
    gc.enable()
