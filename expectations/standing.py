"""Judgements that stand: rows that were judged before by the same rules are not judged again.

A suite is judged as a whole, or not at all: its page shows one judging. It is not judged where every row was part of
the last judging, and the page shows no failure but those of the rows asked for.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

from expectations.judgement import Frame, Judgement

PROJECT = "gx"
# In the project: results as Great Expectations stores them, and the judgements made from them.
RESULTS, STANDING = "validations", "standing"
# Pages on the results, beside the project.
PAGES = "data_docs"


def standing_judgements(frame: Frame, context_dir: Path) -> list[Judgement] | None:
    """The judgements on the rows of a frame; None where it has to be judged."""
    file = _file(frame.suite, context_dir)
    if not frame.rows or not file.exists() or not _results(frame.suite, context_dir).is_dir():
        return None
    judged = {row: Judgement(**judgement) for row, judgement in json.loads(file.read_bytes()).items()}
    asked = [_digest(row) for row in frame.rows]
    failed = {row for row, judgement in judged.items() if not judgement.passed}
    return [judged[row] for row in asked] if failed <= set(asked) <= judged.keys() else None


def record(frame: Frame, judgements: Sequence[Judgement], context_dir: Path) -> None:
    """Record the judgements on a frame of which every row could be checked."""
    file = _file(frame.suite, context_dir)
    file.parent.mkdir(exist_ok=True)
    rows = map(_digest, frame.rows)
    file.write_text(json.dumps({row: asdict(one) for row, one in zip(rows, judgements, strict=True)}), "utf-8")


def forget(suite: str, context_dir: Path) -> None:
    """Remove what is known of a suite, and the pages that show it."""
    if (file := _file(suite, context_dir)).exists():
        file.unlink()
    for folder in (_results(suite, context_dir), context_dir / PAGES):
        shutil.rmtree(folder, ignore_errors=True)


def suites_with_results(context_dir: Path) -> set[str]:
    """The suites of which Great Expectations stored a result."""
    return {path.name for path in (context_dir / PROJECT / RESULTS).glob("*/")}


def _file(suite: str, context_dir: Path) -> Path:
    return context_dir / PROJECT / STANDING / f"{suite}.json"


def _results(suite: str, context_dir: Path) -> Path:
    return context_dir / PROJECT / RESULTS / suite


def _digest(row: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps([_rules(), row], default=str).encode()).hexdigest()


@cache
def _rules() -> str:
    """Digest of the suites, of the code of this package and of the version that judges."""
    files = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in {".py", ".yml"})
    return hashlib.sha256(version("great_expectations").encode() + b"".join(map(Path.read_bytes, files))).hexdigest()
