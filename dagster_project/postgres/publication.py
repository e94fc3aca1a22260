"""Loading a release and switching readers to it, in one transaction.

The rows of each release have a schema of their own, ``maandvers_rows_<number>``, that no reader can reach; its tables
inherit from the ones that readers query. The transaction adds the new rows and deletes the previous ones: a transaction
of a reader sees the one or the other, whole, and neither waits. A killed publication leaves nothing behind. Schemas of
earlier releases are dropped when no transaction is left that may be reading them.

Where columns, keys or access differ from those of the tables in the database, these are rebuilt. Only then do
readers wait: the publication looks for a moment in which no transaction uses the tables.
"""

import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from dagster_project.access import ReadAccess
from dagster_project.errors import PublicationError, SetupError, shown
from dagster_project.postgres.copy_rows import lines_of
from dagster_project.postgres.ddl import (
    RELEASE,
    SCHEMA,
    ReaderRole,
    ReaderTable,
    add_keys,
    comments_on,
    create_rows,
    create_tables,
    reader_tables,
    shape_of,
)
from dagster_project.postgres.roles import prepare_database, prepare_roles, reader_roles
from dagster_project.release.reader import DATAPACKAGE, NOTE, Release, open_release
from dagster_project.storage.sql import identifier, literal

logger = logging.getLogger(__name__)

ROWS = f"{SCHEMA}_rows_"
NEXT = f"{SCHEMA}_next"
APPLICATION = "maandvers publish"
CONNECT_TIMEOUT = 30
# Seconds to wait for readers of earlier releases, and for a moment without readers.
PATIENCE = 20.0
LOCK_PATIENCE = 120.0
# Milliseconds for which new readers of one table wait behind the publication.
LOCK_TRY = 300


@dataclass(frozen=True)
class PostgresPublication:
    """Result of a publication."""

    release_id: str
    # False where the database had this release already.
    is_new: bool
    # Schemas of earlier releases that may still be read.
    kept: tuple[str, ...] = ()


def publish_release(
    releases: Path, access: ReadAccess, address: str | None, patience: float = PATIENCE
) -> PostgresPublication:
    """Publish the latest release to the database at an address, or at that of libpq's environment variables.

    Raises PublicationError where the database refuses or cannot be reached, and SetupError for settings.
    """
    release = open_release(releases)
    try:
        themes = release.catalogue.themes
        with _connected(address) as connection:
            roles = reader_roles(access, themes)
            prepare_roles(connection, roles)
            prepare_database(connection)
            tables = reader_tables(release)
            content = _content(release.folder, create_tables(SCHEMA, tables, roles, themes))
            is_new = _published(connection) != content
            if is_new:
                with connection.transaction():
                    _publish(connection, release, tables, roles, content)
                logger.info("postgres: %s is published", release.info.release_id)
            kept = _drop_earlier(connection, patience)
            return PostgresPublication(release.info.release_id, is_new, kept)
    finally:
        release.close()


@contextmanager
def _connected(address: str | None) -> Iterator[psycopg.Connection]:
    """Connect, and keep a second publication out; psycopg's errors become ours, without the address."""
    try:
        psycopg.conninfo.conninfo_to_dict(address or "")
    except psycopg.Error:
        raise SetupError(
            "MAANDVERS_POSTGRES__URL is no address of a Postgres database\n"
            "  expected: postgresql://user:password@host:5432/database, special characters as %40\n  do: correct it"
        ) from None
    try:
        conninfo = psycopg.conninfo.make_conninfo(
            address or "", application_name=APPLICATION, connect_timeout=CONNECT_TIMEOUT, client_encoding="utf8"
        )
        with psycopg.connect(conninfo, autocommit=True) as connection:
            if connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [APPLICATION]).fetchone() != (True,):
                raise PublicationError(
                    "another publication to this database is at work\n  do: wait for it, or stop it first"
                )
            yield connection
    except psycopg.Error as error:
        raise PublicationError(_explained(error)) from None


def _explained(error: psycopg.Error) -> str:
    """Describe an error of the database in one line, with what to do."""
    # Details of an error may repeat a row.
    text = " ".join(shown(error.diag.message_primary or str(error)).split())
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return (
            f"the Postgres database cannot be reached: {text}\n"
            "  do: check MAANDVERS_POSTGRES__URL, or PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD, and the server"
        )
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return (
            f"the Postgres database refused: {text}\n"
            "  do: let the account own the database and create roles: dagster_project/postgres/README.md"
        )
    return (
        f"the Postgres database refused: {text}\n  do: correct it, and publish again; readers have the release before"
    )


def _content(folder: Path, statements: Sequence[str]) -> str:
    """Describe what is published: equal for the same release with the same columns, keys and access."""
    files = hashlib.sha256((folder / NOTE).read_bytes() + (folder / DATAPACKAGE).read_bytes()).hexdigest()
    return f"{files} {shape_of(statements)}"


def _published(connection: psycopg.Connection) -> str | None:
    """Describe what the database has, as _content does; None without tables."""
    schemas = _row_schemas(connection)
    (table,) = connection.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.{RELEASE}"]).fetchone() or (None,)
    return schemas[-1][1] if schemas and table else None


def _row_schemas(connection: psycopg.Connection) -> list[tuple[str, str | None]]:
    """The schemas with rows and the comments on them, the newest last."""
    query = "SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE starts_with(nspname, %s)"
    return sorted(connection.execute(query, [ROWS]).fetchall(), key=lambda found: int(found[0].removeprefix(ROWS)))


def _publish(
    connection: psycopg.Connection,
    release: Release,
    tables: Sequence[ReaderTable],
    roles: Sequence[ReaderRole],
    content: str,
) -> None:
    """Load a release beside the one before, and delete that, within the transaction of the caller."""
    earlier = [schema for schema, _ in _row_schemas(connection)]
    rows = f"{ROWS}{int(earlier[-1].removeprefix(ROWS)) + 1 if earlier else 1}"
    is_same_shape = (_published(connection) or "").endswith(content.rpartition(" ")[2])
    schema = SCHEMA if is_same_shape else NEXT
    if not is_same_shape:
        for statement in create_tables(NEXT, tables, roles, release.catalogue.themes):
            connection.execute(statement)
    connection.execute(f"CREATE SCHEMA {rows}")
    connection.execute(f"COMMENT ON SCHEMA {rows} IS {literal(content)}")
    for table in tables:
        _load(connection, release, schema, rows, table)
    if is_same_shape:
        for table in tables:
            connection.execute(f"DELETE FROM {earlier[-1]}.{identifier(table.name)}")
    else:
        _lock_out_readers(connection)
        # The rows of earlier releases go along with the tables that they inherit from.
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.execute(f"ALTER SCHEMA {NEXT} RENAME TO {SCHEMA}")
    title = f"{release.catalogue.title}, release {release.info.release_id}"
    connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS {literal(title)}")


def _load(connection: psycopg.Connection, release: Release, schema: str, rows: str, table: ReaderTable) -> None:
    """Write the rows of a table, their keys and the comments."""
    connection.execute(create_rows(schema, rows, table))
    name = f"{rows}.{identifier(table.name)}"
    with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for lines in lines_of(release.connection, table):
            copy.write(lines)
    for statement in (*add_keys(rows, table), f"ANALYZE {name}", *comments_on(schema, table)):
        connection.execute(statement)


def _lock_out_readers(connection: psycopg.Connection) -> None:
    """Lock the tables of readers at a moment when none is in use, for the rest of the transaction.

    A lock that is waited for while others are in hand could end a reader's transaction as a deadlock.
    """
    tables = ", ".join(_tables_of(connection, SCHEMA))
    end = time.monotonic() + LOCK_PATIENCE
    while tables:
        try:
            with connection.transaction():
                connection.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE NOWAIT")
            return
        except psycopg.errors.LockNotAvailable:
            if time.monotonic() >= end:
                raise PublicationError(
                    "the tables in Postgres have to be rebuilt, and readers used them all the time\n"
                    "  do: publish again when fewer transactions are open; pg_stat_activity shows them"
                ) from None
            time.sleep(0.05)


def _tables_of(connection: psycopg.Connection, schema: str) -> list[str]:
    query = "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables WHERE schemaname = %s"
    return [name for (name,) in connection.execute(query, [schema]).fetchall()]


def _drop_earlier(connection: psycopg.Connection, patience: float) -> tuple[str, ...]:
    """Drop schemas of earlier releases that no transaction can be reading; returns those that are left."""
    earlier = [schema for schema, _ in _row_schemas(connection)[:-1]]
    if not earlier or not _readers_have_moved_on(connection, patience):
        return tuple(earlier)
    end = time.monotonic() + patience
    return tuple(schema for schema in earlier if not _is_dropped(connection, schema, end))


def _is_dropped(connection: psycopg.Connection, schema: str, end: float) -> bool:
    """Drop a schema table by table, each when no transaction is using it; False where time is up before."""
    for table in _tables_of(connection, schema):
        while True:
            try:
                with connection.transaction():
                    # New readers wait behind this one, which has no other lock, so that its turn comes.
                    connection.execute(f"SET LOCAL lock_timeout = {LOCK_TRY}")
                    connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                    connection.execute(f"DROP TABLE {table}")
                break
            except psycopg.errors.LockNotAvailable:
                if time.monotonic() >= end:
                    return False
    connection.execute(f"DROP SCHEMA {schema}")
    return True


def _readers_have_moved_on(connection: psycopg.Connection, patience: float) -> bool:
    """Wait until no transaction of this database is left that began before now, as long as patience lasts.

    A session that this account may not look into counts as one that reads; role pg_read_all_stats may look.
    """
    query = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
            AND CASE WHEN state IS NULL THEN true ELSE xact_start <= %s END
    """
    (now,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
    end = time.monotonic() + patience
    while connection.execute(query, [now]).fetchone() != (0,):
        if time.monotonic() >= end:
            return False
        time.sleep(0.1)
    return True
