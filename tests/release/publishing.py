"""Releases to compare: of a warehouse that changed in between, or an edited copy."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
from main_line.installation import Installation

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.marts.catalogue import read_marts
from dagster_project.release.build import ReleaseNote, build_release
from dagster_project.release.diff.changes import ReleaseDiff, ReleaseFacts
from dagster_project.release.diff.compare import compare_releases
from dagster_project.release.freshness_report import FreshnessReport
from dagster_project.release.pages.diff_page import write_diff_page
from dagster_project.release.reader import DATABASE, SNAPSHOT
from dagster_project.storage.checksums import write_checksums
from dagster_project.warehouse.dbt import MANIFEST


def publish(installation: Installation, after: timedelta = timedelta()) -> ReleaseNote:
    """Build a release of the warehouse, as the last step of a run does, some days after its audit."""
    audit = installation.home / "audit"
    outcome = AuditOutcome.read(audit)
    first_page = min(audit.rglob("index.html"), key=lambda page: len(page.parts))
    workspace = installation.workspace(outcome.as_of + after)
    return build_release(workspace, read_marts(MANIFEST), outcome, first_page.parent)


def change(installation: Installation, *statements: str) -> None:
    """Change the warehouse, as a delivery or a model would."""
    with duckdb.connect(str(installation.home / "warehouse.duckdb")) as warehouse:
        for statement in (*statements, "update raw_maandvers.build set fingerprint = fingerprint || ' and a change'"):
            warehouse.execute(statement)


def edited(release: Path, folder: Path, edits: dict[str, list[str]], **facts: object) -> Path:
    """Copy the files of a release that a diff reads, with changes in some marts and other facts in release.json.

    ``edits`` has per mart the statements that change it; they call it ``mart``.
    """
    folder.mkdir()
    for name in (DATABASE, "release.json", "freshness.json"):
        shutil.copy(release / name, folder)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{folder / DATABASE}' as release")
        for mart, statements in edits.items():
            connection.execute(f"create or replace table mart as from release.{SNAPSHOT}.{mart}")
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"create or replace table release.{SNAPSHOT}.{mart} as from mart")
    note = json.loads((folder / "release.json").read_text()) | facts
    (folder / "release.json").write_text(json.dumps(note))
    write_checksums(folder)
    return folder


def compared(before: Path, after: Path, **options: Any) -> ReleaseDiff:
    """Compare two folders, and write the page in the second."""
    facts = ReleaseFacts.model_validate_json((after / "release.json").read_bytes())
    report = FreshnessReport.model_validate_json((after / "freshness.json").read_bytes())
    diff = compare_releases(before, after, facts, read_marts(MANIFEST), report, **options)
    write_diff_page(after, diff, report)
    return diff


def facts_of(release: Path) -> dict[str, Any]:
    """Read ``release.json``."""
    return json.loads((release / "release.json").read_text())


def diff_of(release: Path) -> ReleaseDiff:
    """Read ``diff.json``."""
    return ReleaseDiff.model_validate_json((release / "diff.json").read_bytes())


def diff_page(release: Path) -> str:
    """Read ``diff/index.html``."""
    return (release / "diff" / "index.html").read_text("utf-8")
