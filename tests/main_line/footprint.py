"""Counts of what an installation keeps on disk, and of Dagster's history."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Footprint:
    """Files and history that an installation keeps after a night."""

    event_lines: int
    event_bytes: int
    # Deliveries of which at least one file is left; of a deleted one the manifest stays.
    deliveries: int
    landing_bytes: int
    releases: int
    releases_bytes: int
    # Everything else: warehouse, audit, publication history.
    other_files: int
    other_bytes: int
    # Rows of all tables of Dagster's storage, and its files.
    dagster_rows: int
    dagster_files: int


def footprint(home: Path, dagster_home: Path) -> Footprint:
    """Count what is on disk now."""
    log = (home / "landing" / "events.jsonl").read_bytes()
    payloads = list(home.glob("landing/*/*/deliveries/*/payload/*"))
    tables = list(home.glob("landing/*/*/deliveries/*/*.parquet"))
    releases = [folder for folder in (home / "releases").iterdir() if not folder.is_symlink()]
    own = {"landing", "releases", "drops"}
    others = [file for file in home.rglob("*") if file.relative_to(home).parts[0] not in own]
    return Footprint(
        event_lines=log.count(b"\n"),
        event_bytes=len(log),
        deliveries=len({file.relative_to(home).parts[4] for file in (*payloads, *tables)}),
        landing_bytes=size_of((home / "landing").rglob("*")) - len(log),
        releases=len(releases),
        releases_bytes=size_of((home / "releases").rglob("*")),
        other_files=sum(file.is_file() for file in others),
        other_bytes=size_of(others),
        dagster_rows=sum(rows_of(file) for file in dagster_home.rglob("*.db")),
        dagster_files=sum(file.is_file() for file in dagster_home.rglob("*")),
    )


def size_of(files: Iterable[Path]) -> int:
    """Add up the bytes of files; one that several releases link to counts once."""
    found = {(status.st_dev, status.st_ino): status.st_size for status in (f.stat() for f in files if f.is_file())}
    return sum(found.values())


def rows_of(database: Path) -> int:
    """Count the rows of all tables of a SQLite file."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
        return sum(connection.execute(f'select count(*) from "{table}"').fetchone()[0] for (table,) in tables)
