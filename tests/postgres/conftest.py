"""A Postgres server on the day of the sample, and the sample published in it."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from main_line.first_run import SAMPLE_DAY
from postgres_server import OWNER, started_postgres
from sample_release import release, sample_releases

from dagster_project.access import ReadAccess
from dagster_project.installation.workspace import wall_clock
from dagster_project.postgres.publication import PostgresPublication, publish_release

__all__ = ["release", "sample_releases"]


@dataclass(frozen=True)
class Database:
    """A database of a server whose clock a test may move."""

    address: str
    days: Path

    @property
    def as_reader(self) -> str:
        """Address for the role of all readers."""
        return self.as_role("bi")

    def as_role(self, role: str) -> str:
        """Address for a role, which may log in from now on."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f'ALTER ROLE "{role}" LOGIN')
        return self.address.replace(f"//{OWNER}@", f"//{quote(role)}@")

    def ask(self, query: str, role: str = "bi") -> list[tuple]:
        """Ask as a reader."""
        with psycopg.connect(self.as_role(role), autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def set_day(self, day: date) -> None:
        """Move the clock of the server to a day."""
        self.days.write_text(f"{(day - wall_clock().date()).days:+}d\n")

    def publish(self, releases: Path, access: ReadAccess | None = None, patience: float = 20) -> PostgresPublication:
        """Publish the latest release."""
        return publish_release(releases, access or ReadAccess(), self.address, patience)


@pytest.fixture(scope="session")
def server() -> Iterator[Database]:
    """A server on the day of the sample."""
    # The account of the server has to reach the file, which it does not below the folders of pytest.
    with tempfile.TemporaryDirectory(prefix="maandvers_clock_", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        days = Path(folder, "days")
        days.touch()
        days.chmod(0o644)
        database = Database("", days)
        database.set_day(SAMPLE_DAY)
        with started_postgres(days) as address:
            yield replace(database, address=address)


@pytest.fixture(scope="session")
def new_database(server: Database) -> Callable[[str], Database]:
    """Makes a database by its name."""

    def make(name: str) -> Database:
        with psycopg.connect(server.address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return replace(server, address=f"{server.address.rpartition('/')[0]}/{name}")

    return make


@pytest.fixture(scope="session")
def published(new_database: Callable[[str], Database], sample_releases: Path) -> Database:
    """The sample in Postgres, which no test changes."""
    database = new_database("sample")
    assert database.publish(sample_releases).is_new
    return database
