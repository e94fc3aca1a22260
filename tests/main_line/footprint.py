"""Counts of what an installation keeps on disk, and of Dagster's history."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Footprint:
    """Files and history that an installation keeps after a night."""

    # Lines of the event log but those of deletions, and its size.
    event_lines: int
    event_bytes: int
    # Deliveries of which at least one file is left; of a deleted one the manifest stays.
    deliveries: int
    landing_bytes: int
    releases: int
    releases_bytes: int
    publications: int
    publications_bytes: int
    # Warehouse, audit, dbt's results.
    other_files: int
    other_bytes: int
    # Rows of Dagster's storage without results of asset checks, which stand apart: Dagster has no call to remove them.
    dagster_rows: int
    dagster_checks: int
    dagster_files: int
    dagster_bytes: int


def footprint(home: Path, dagster_home: Path) -> Footprint:
    """Count what is on disk now."""
    log = (home / "landing" / "events.jsonl").read_bytes()
    own = {"landing", "releases", "published", "drops"}
    others = [file for file in home.rglob("*") if file.is_file() and file.relative_to(home).parts[0] not in own]
    rows = Counter[str]()
    for database in dagster_home.rglob("*.db"):
        rows.update(rows_of(database))
    checks = rows.pop("asset_check_executions")
    return Footprint(
        event_lines=sum(b'"kind": "deleted"' not in line for line in log.splitlines()),
        event_bytes=len(log),
        deliveries=len(kept_deliveries(home)),
        landing_bytes=size_of((home / "landing").rglob("*")) - len(log),
        releases=len(kept_releases(home)),
        releases_bytes=size_of((home / "releases").rglob("*")),
        publications=len(list((home / "published").iterdir())),
        publications_bytes=size_of((home / "published").rglob("*")),
        other_files=len(others),
        other_bytes=size_of(others),
        dagster_rows=rows.total(),
        dagster_checks=checks,
        dagster_files=sum(file.is_file() for file in dagster_home.rglob("*")),
        dagster_bytes=size_of(dagster_home.rglob("*")),
    )


def kept_releases(home: Path) -> list[Path]:
    """List the folders of releases, oldest first."""
    return sorted(folder for folder in (home / "releases").iterdir() if not folder.is_symlink())


def kept_deliveries(home: Path) -> set[str]:
    """List the deliveries of which a payload or a table is left."""
    files = [*home.glob("landing/*/*/deliveries/*/payload/*"), *home.glob("landing/*/*/deliveries/*/*.parquet")]
    return {file.relative_to(home).parts[4] for file in files}


def size_of(files: Iterable[Path]) -> int:
    """Add up the bytes of files; one that several releases link to counts once."""
    found = {(status.st_dev, status.st_ino): status.st_size for status in (f.stat() for f in files if f.is_file())}
    return sum(found.values())


def rows_of(database: Path) -> dict[str, int]:
    """Count the rows of each table of a SQLite file."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
        return {table: connection.execute(f'select count(*) from "{table}"').fetchone()[0] for (table,) in tables}
