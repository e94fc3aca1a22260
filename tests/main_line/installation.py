"""An installation of Maandvers in a folder of its own, with suppliers that a test has in hand."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
from suppliers.running import Suppliers

from dagster_project.cli import main
from dagster_project.installation.opening import workspace_of
from dagster_project.installation.settings import PROJECT
from dagster_project.installation.workspace import Clock, Workspace, morning_of
from dagster_project.landing.store import FeedStore
from dagster_project.operations.status import Status, read_status
from dagster_project.release.reader import open_release
from dagster_project.run import RunResult, run
from dagster_project.warehouse.dbt import PARSED, current_manifest

COMMAND = Path(sys.executable).with_name("maandvers")
NOTHING: Mapping[str, str] = MappingProxyType({})
CBS, SIGNALEN = "cbs.key_figures", "signalen.reports"
ON_A_DAY = """
import sys
from datetime import date
from dagster_project.cli import main
from dagster_project.installation.workspace import morning_of
main(morning_of(date.fromisoformat(sys.argv.pop(1))))
"""
# Columns with the time of a check; all others in a mart are figures or describe them.
CLOCKS = ("checked_at", "fresh_until")


def on_a_day(day: date) -> list[str]:
    """The command by whose clock it is the morning of a day."""
    return [sys.executable, "-c", ON_A_DAY, day.isoformat()]


@dataclass
class Installation:
    """A home folder, the suppliers it asks and its further settings."""

    home: Path
    suppliers: Suppliers | None = None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "MAANDVERS_HOME": str(self.home),
            "MAANDVERS_MUNICIPALITY_CODE": "GM9999",
            "MAANDVERS_FEEDS": f'["{CBS}", "{SIGNALEN}"]',
            "MAANDVERS_HTTP__FIRST_WAIT": "0.01",
            "MAANDVERS_HTTP__LONGEST_WAIT": "0.05",
            "MAANDVERS_HTTP__ATTEMPTS": "2",
            "MAANDVERS_HTTP__FILE_WAIT": "0.01",
        }
        if self.suppliers:
            # Thirteen years take four times as long, and what a test looks at holds of three as well.
            own["MAANDVERS_SUPPLIERS__CBS__FEEDS__KEY_FIGURES__EDITIONS"] = "3"
            own["MAANDVERS_SUPPLIERS__CBS__BASE_URL"] = self.suppliers.cbs_url
            own["MAANDVERS_SUPPLIERS__SIGNALEN__LOCATION"] = self.suppliers.signalen_url
        return own | self.settings

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let code in this process read the settings of this installation."""
        with _environment(self.environment):
            yield

    def run(self, day: date, feeds: Sequence[str] = (), clock: Clock | None = None) -> RunResult:
        """A run in this process, which has imported everything already; in the morning where no clock is given."""
        with self.entered():
            return run(is_sample=False, feeds=list(feeds), clock=clock or morning_of(day))

    def reconstruct(self, day: date, today: date) -> RunResult:
        """A point-in-time rebuild of a day, on a later one, in this process."""
        with self.entered():
            return run(is_sample=False, as_known_on=day, clock=morning_of(today))

    def start(
        self, *arguments: str, on: date | None = None, outputs: int = subprocess.PIPE, **options: Any
    ) -> subprocess.Popen[str]:
        """The command in a process of its own; with ``on`` as on a machine on which it is that day."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAANDVERS_")}
        return subprocess.Popen(
            [*(on_a_day(on) if on else [str(COMMAND)]), *arguments],
            env=environment | self.environment | options.pop("env", {}),
            stdout=outputs,
            stderr=outputs,
            text=True,
            **options,
        )

    def invoke(
        self, *arguments: str, on: date | None = None, cwd: Path | None = None, env: Mapping[str, str] = NOTHING
    ) -> "Call":
        """The command in this process, which has imported everything already."""
        output, errors, begin = StringIO(), StringIO(), time.monotonic()
        with (
            _environment({**self.environment, **env}),
            patch.object(sys, "argv", [str(COMMAND), *arguments]),
            chdir(cwd or Path.cwd()),
            redirect_stdout(output),
            redirect_stderr(errors),
            pytest.raises(SystemExit) as end,
        ):
            main(morning_of(on) if on else None)
        code = end.value.code or 0
        return Call(int(code), output.getvalue(), errors.getvalue(), time.monotonic() - begin)

    def call(self, *arguments: str, **options: Any) -> "Call":
        """The command in a process of its own, to its end."""
        begin = time.monotonic()
        with self.start(*arguments, **options) as process:
            output, errors = process.communicate(timeout=300)
        return Call(process.returncode, output, errors, time.monotonic() - begin)

    def workspace(self, day: date) -> Workspace:
        with self.entered():
            return workspace_of(is_sample=False, as_of=day)

    def status(self, day: date) -> Status:
        return read_status(self.workspace(day))

    def stores(self, day: date) -> dict[str, FeedStore]:
        workspace = self.workspace(day)
        return {feed.id: FeedStore(workspace.landing, feed) for feed in workspace.feeds}

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def latest(self) -> Path:
        """The folder that readers are pointed at now; a later run points them elsewhere."""
        return (self.releases / "latest").resolve()

    def copy(self, home: Path) -> "Installation":
        shutil.copytree(self.home, home, symlinks=True)
        return Installation(home, self.suppliers, self.settings)


@dataclass(frozen=True)
class Call:
    """Result of a command."""

    exit_code: int
    output: str
    errors: str
    seconds: float


def copy_project(folder: Path) -> None:
    """Copy the project to change it, with what dbt parsed before: it then reads only what is changed."""
    for name in ("dagster_project", "dbt_models", "expectations", "orchestration", "seeds"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "logs", "target"))
    current_manifest()
    parsing = folder / "dbt_models" / "target" / "parsing"
    parsing.mkdir(parents=True)
    shutil.copy(PARSED, parsing)


def read_as_on(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    """Let the views of a release take another day for today: a macro of the session stands before the built-in one."""
    connection.execute(f"create or replace temp macro \"current_date\"() as date '{day}'")


def ask(release: Path, query: str, on: date | None = None) -> list[tuple]:
    """Query the database of a release as a reader would, on a day; on the day it was made, where none is named."""
    with closing(open_release(release.parent, release.name).connection) as connection:
        read_as_on(connection, on or made_on(release))
        return connection.execute(query).fetchall()


def made_on(release: Path) -> date:
    """The day on which a release was made."""
    return date.fromisoformat(json.loads((release / "release.json").read_text("utf-8"))["as_of"])


def csv_of(release: Path, mart: str) -> Path:
    """The mart's CSV file, compressed or not."""
    (file,) = (release / "csv").glob(f"{mart}.csv*")
    return file


def marts(release: Path) -> list[str]:
    rows = ask(release, "select view_name from duckdb_views() where regexp_matches(view_name, '^(dim|fct|mart)_')")
    return sorted(name for (name,) in rows)


@cache
def figures(release: Path, feed: str | None = None, without: tuple[str, ...] = CLOCKS) -> dict[str, list]:
    """Rows and checksum per mart without the clocks; of one feed's figures, or of all. No test changes its releases."""
    columns = "select table_name, column_name from duckdb_columns() where schema_name = 'main' order by column_index"
    own: dict[str, list[str]] = {}
    for mart, column in ask(release, columns):
        if not column.endswith(without):
            own.setdefault(mart, []).append(column)
    chosen = [mart for mart in marts(release) if feed is None or "feed" in own[mart]]
    where = "" if feed is None else f"where feed = '{feed}'"
    queries = (
        f"select '{mart}', count(*), sum(hash(t)::hugeint) from (select {', '.join(own[mart])} from {mart} {where}) t"
        for mart in chosen
    )
    return {mart: found for mart, *found in ask(release, " union all ".join(queries))}


def wrong_checksums(release: Path) -> list[str]:
    """Files of a release that are not what SHA256SUMS says, or that it does not name."""
    lines = (release / "SHA256SUMS").read_text().splitlines()
    named = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    files = {str(path.relative_to(release)): path for path in release.rglob("*") if path.is_file()}
    del files["SHA256SUMS"]
    return [
        name
        for name in sorted(named.keys() | files.keys())
        if name not in files or named.get(name) != hashlib.sha256(files[name].read_bytes()).hexdigest()
    ]


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in before:
        if name.startswith("MAANDVERS_"):
            del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
