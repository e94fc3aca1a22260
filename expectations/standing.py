"""Judgements that stand: a frame equal to the last one of its suite, judged by the same rules, is not judged again."""

import hashlib
import json
import shutil
from collections.abc import Sequence
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
    """The judgements on an equal frame; None where there are none."""
    file = _file(frame.suite, context_dir)
    if not file.exists() or not _results(frame.suite, context_dir).is_dir():
        return None
    record = json.loads(file.read_bytes())
    if record["frame"] != _digest(frame):
        return None
    return [Judgement(**judgement) for judgement in record["judgements"]]


def record(frame: Frame, judgements: Sequence[Judgement], context_dir: Path) -> None:
    """Record the judgements on a frame of which every row could be checked."""
    file = _file(frame.suite, context_dir)
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"frame": _digest(frame), "judgements": [asdict(one) for one in judgements]}), "utf-8")


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


def _digest(frame: Frame) -> str:
    return hashlib.sha256(json.dumps([_rules(), frame.rows], default=str).encode()).hexdigest()


@cache
def _rules() -> str:
    """Digest of the suites, of the code of this package and of the version that judges."""
    files = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in {".py", ".yml"})
    return hashlib.sha256(version("great_expectations").encode() + b"".join(map(Path.read_bytes, files))).hexdigest()
