"""DuckLake: tables as Parquet files in a folder or bucket, and a catalogue of them in Postgres.

Each municipality has its own schema of Postgres and its own folder of files. Nothing that one of them writes can reach
another or wait for it, and Postgres can give each an account for its own schema alone.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, TypeVar

import duckdb
import psycopg
import tenacity
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import BaseModel, Field

from dagster_project.errors import SetupError
from dagster_project.storage.database import WAREHOUSE, DatabaseError
from dagster_project.storage.sql import connect, literal, one_row

T = TypeVar("T")
# As DuckDB calls them. Each comes as a wheel, so that nothing is downloaded at run time.
EXTENSIONS = ("postgres_scanner", "ducklake")
BUCKET, FOR_BUCKETS = "s3://", "httpfs"
# What DuckDB says where the catalogue or the bucket cannot be reached, or not any more.
LOST = (
    "DuckLake",
    "Unable to connect to Postgres",
    "server closed the connection",
    "terminating connection",
    "Failed to execute query",
    " error for HTTP ",
)
# A Postgres that is started again needs some seconds.
ATTEMPTS, WAIT_SECONDS = 5, 3
# Of the connection that keeps others out: Postgres drops it within minutes after its machine failed, and never for
# being idle. An older Postgres does not know each of these.
OF_LOCK = {
    "idle_session_timeout": "0",
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "6",
}


class Lake(BaseModel, frozen=True):
    """The part of a lake that is one installation's."""

    target: ClassVar[str] = "lake"
    # Address of a Postgres database with account and password; what it leaves out, libpq's variables say.
    catalogue: str = Field(repr=False)
    # Schema in that database.
    name: str
    # Folder or bucket with the files.
    data: str

    def __str__(self) -> str:
        return f"lake '{self.name}' in {self.data}"

    @property
    def address(self) -> str:
        """All of it, for the process of dbt."""
        return self.model_dump_json()

    def connect(self, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
        """Open the lake; one that is not there is made."""
        connection = connect()
        self.add_to(connection, "READ_ONLY" if read_only else "READ_WRITE")
        connection.execute(f"USE {WAREHOUSE}")
        return connection

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Attach the newest snapshot, which stays the same whatever another connection writes."""
        with self.connect(read_only=True) as newest:
            number, _ = _newest_snapshot(newest)
        self.add_to(connection, "READ_ONLY", f"SNAPSHOT_VERSION {number}")

    def state(self) -> str | None:
        """Digest of the newest snapshot and of the names and sizes of all files; None where nothing was built."""
        with self.connect() as connection:
            number, moment = _newest_snapshot(connection)
            if not number:
                return None
            every = literal(f"{self.data}/**")
            # Where there are none, reading them is an error.
            (count,) = one_row(connection, f"SELECT count(*) FROM glob({every})")
            query = f"SELECT filename, size FROM read_blob({every}) ORDER BY ALL"
            files = connection.execute(query).fetchall() if count else []
        return hashlib.sha256(repr((number, moment.isoformat(), files)).encode()).hexdigest()

    def tidy(self) -> None:
        """Delete every snapshot but the newest, and the files that no snapshot has."""
        with self.connect() as connection:
            connection.execute(f"CALL ducklake_expire_snapshots('{WAREHOUSE}', older_than => now())")
            connection.execute(f"CALL ducklake_cleanup_old_files('{WAREHOUSE}', cleanup_all => true)")
            # Of a build that was killed.
            connection.execute(f"CALL ducklake_delete_orphaned_files('{WAREHOUSE}', cleanup_all => true)")

    @contextmanager
    def lock(self) -> Iterator[bool]:
        """Keep out the runs of other machines, as long as one connection lives; yields whether there are none."""
        with closing(self._patiently(lambda: psycopg.connect(self.catalogue, autocommit=True))) as connection:
            for setting in OF_LOCK.items():
                connection.execute("SELECT set_config(name, %s, false) FROM pg_settings WHERE name = %s", setting[::-1])
            query = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
            yield bool(connection.execute(query, (f"maandvers {self.name}",)).fetchone() == (True,))

    def is_lost(self, text: str) -> bool:
        """Whether a failure says that the catalogue or the bucket could not be reached."""
        return any(sign in text for sign in LOST)

    def add_to(self, connection: duckdb.DuckDBPyConnection, *options: str) -> None:
        """Attach the lake to a connection. Raises DatabaseError where its catalogue cannot be reached."""
        is_bucket = self.data.startswith(BUCKET)
        for name in (*EXTENSIONS, *([FOR_BUCKETS] if is_bucket else [])):
            connection.execute(f"LOAD {literal(_extension(name))}")
        if is_bucket:
            connection.execute(_bucket_secret())
        # A lake does not know how many values a column has. Joins in the order that DuckDB then chooses took a minute
        # for what takes a third of a second in the order in which they are written.
        connection.execute("SET disabled_optimizers = 'join_order'")
        server = self._server()
        # A secret of DuckDB, which repeats an address in its messages.
        password = server.pop("password", None) or os.environ.get("PGPASSWORD", "")
        address = "ducklake:postgres:" + make_conninfo(**{name: str(value) for name, value in server.items()})
        connection.execute(f"CREATE OR REPLACE SECRET catalogue (TYPE postgres, PASSWORD {literal(password)})")
        chosen = (
            "META_SECRET 'catalogue'",
            f"METADATA_SCHEMA {literal(self.name)}",
            f"DATA_PATH {literal(self.data + '/')}",
            # One way to store rows: few rows would go into Postgres otherwise, with other types.
            "DATA_INLINING_ROW_LIMIT 0",
            *options,
        )
        attach = f"ATTACH {literal(address)} AS {WAREHOUSE} ({', '.join(chosen)})"
        self._patiently(lambda: connection.execute(attach))

    def _server(self) -> dict[str, str | int]:
        """The parts of the catalogue's address. Raises SetupError for an address that is none, without repeating it."""
        try:
            return {name: value for name, value in conninfo_to_dict(self.catalogue).items() if value is not None}
        except psycopg.Error:
            raise SetupError(
                "MAANDVERS_LAKE__CATALOGUE is no address of a Postgres database\n"
                "  expected: such as postgresql://account:password@host/database\n  do: correct it"
            ) from None

    def _patiently(self, connect: Callable[[], T]) -> T:
        """Reach the catalogue, in some attempts. Raises DatabaseError where it does not answer."""
        server = self._server()
        try:
            for attempt in tenacity.Retrying(
                retry=tenacity.retry_if_exception(
                    lambda error: isinstance(error, psycopg.OperationalError) or self.is_lost(str(error))
                ),
                wait=tenacity.wait_fixed(WAIT_SECONDS),
                stop=tenacity.stop_after_attempt(ATTEMPTS),
                reraise=True,
            ):
                with attempt:
                    found = connect()
        except (duckdb.Error, psycopg.Error) as error:
            host = server.get("host") or os.environ.get("PGHOST", "this machine")
            database = server.get("dbname") or os.environ.get("PGDATABASE", "of the account's name")
            raise DatabaseError(
                f"{self} cannot be opened, whose catalogue is database '{database}' on {host}: {error}\n"
                "  do: look whether its Postgres runs, and at MAANDVERS_LAKE__CATALOGUE and the setting 'lake.data';"
                " then run again"
            ) from error
        return found


def _extension(name: str) -> Path:
    """The file of an extension of DuckDB. Raises SetupError where it is not installed for this version."""
    package = find_spec(f"duckdb_extension_{name}")
    folder = Path(str(package.origin)).parent if package else Path()
    file = folder / "extensions" / f"v{version('duckdb')}" / f"{name}.duckdb_extension"
    if package is None or not file.exists():
        raise SetupError(
            f"the target 'lake' needs DuckDB's extension '{name}' for version {version('duckdb')}\n"
            "  do: pip install 'maandvers[lake]'"
        )
    return file


def _bucket_secret() -> str:
    """Tell DuckDB how to reach the bucket, by the variables that every S3 client reads."""
    given = os.environ
    endpoint = given.get("AWS_ENDPOINT_URL", "")
    scheme, _, host = endpoint.rpartition("://")
    values = {
        "KEY_ID": given.get("AWS_ACCESS_KEY_ID"),
        "SECRET": given.get("AWS_SECRET_ACCESS_KEY"),
        "SESSION_TOKEN": given.get("AWS_SESSION_TOKEN"),
        "REGION": given.get("AWS_REGION") or given.get("AWS_DEFAULT_REGION"),
        # Servers other than Amazon's have the bucket in the path.
        **({"ENDPOINT": host, "URL_STYLE": "path", "USE_SSL": scheme != "http"} if host else {}),
    }
    chosen = ", ".join(f"{name} {literal(value)}" for name, value in values.items() if value is not None)
    return f"CREATE OR REPLACE SECRET bucket (TYPE s3, {chosen})"


def _newest_snapshot(connection: duckdb.DuckDBPyConnection) -> tuple[int, datetime]:
    """The number of the newest snapshot, and when it was made."""
    query = f"SELECT snapshot_id, snapshot_time FROM ducklake_snapshots('{WAREHOUSE}') ORDER BY 1 DESC LIMIT 1"
    number, moment = one_row(connection, query)
    return number, moment
