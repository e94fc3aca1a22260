"""The database that dbt builds, whatever keeps it: DuckDB opens it, and names its tables ``schema.table``."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import duckdb

from dagster_project.errors import MaandversError
from dagster_project.storage.checksums import digest_of
from dagster_project.storage.sql import connect, literal

# Its name in every query of dbt, and wherever it is attached.
WAREHOUSE = "warehouse"


class DatabaseError(MaandversError):
    """The database cannot be reached: nothing is wrong with any delivery."""


class Database(Protocol):
    """A database that dbt builds."""

    @property
    def target(self) -> str:
        """The target of dbt's profile."""

    @property
    def address(self) -> str:
        """What that target needs to open it, which may contain a password."""

    def connect(self, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
        """Open it, with its schemas as those of the connection."""

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Attach it as ``warehouse`` to another connection, which reads it as it is now."""

    def state(self) -> str | None:
        """Return what differs after any change; None where nothing was ever built."""

    def tidy(self) -> None:
        """Delete what earlier builds left and no later one reads."""

    def lock(self) -> AbstractContextManager[bool]:
        """Keep out the runs of other machines; enters with whether there are none."""

    def is_lost(self, text: str) -> bool:
        """Whether a failure says that the database could not be reached."""


@dataclass(frozen=True)
class DatabaseFile:
    """A DuckDB file, which one process at a time can write."""

    file: Path
    target: ClassVar[str] = "duckdb"

    def __str__(self) -> str:
        return str(self.file)

    @property
    def address(self) -> str:
        """Its path."""
        return str(self.file)

    def connect(self, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
        """Open the file."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        return connect(self.file, read_only=read_only)

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Attach the file."""
        connection.execute(f"ATTACH {literal(self.file)} AS {WAREHOUSE} (READ_ONLY)")

    def state(self) -> str | None:
        """Digest of the file."""
        return digest_of(self.file) if self.file.exists() else None

    def tidy(self) -> None:
        """DuckDB uses the space of dropped tables again."""

    def lock(self) -> AbstractContextManager[bool]:
        """Other machines have other files."""
        return nullcontext(True)

    def is_lost(self, text: str) -> bool:
        """A file is always there."""
        return False
