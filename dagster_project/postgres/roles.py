"""Roles of readers: ``bi`` for what everyone may see, and a role per group with access to more."""

from collections.abc import Sequence

import psycopg

from dagster_project.access import ReadAccess
from dagster_project.errors import SetupError
from dagster_project.postgres.ddl import SCHEMA, ReaderRole
from dagster_project.storage.sql import identifier, literal

EVERYONE = "bi"
# Postgres cuts longer names off, and two groups could become one role.
LONGEST_NAME = 63


def reader_roles(access: ReadAccess, themes: Sequence[str]) -> list[ReaderRole]:
    """The role of every reader, and of each group in the settings. Raises SetupError for a name that is too long."""
    roles = [ReaderRole(EVERYONE, access.allowed((), themes))]
    roles += [ReaderRole(f"{EVERYONE}_{group}", access.allowed((group,), themes)) for group in sorted(access.groups)]
    for role in roles:
        if len(role.name.encode()) > LONGEST_NAME:
            raise SetupError(
                f"role '{role.name}' has a longer name than Postgres knows ({LONGEST_NAME} bytes)\n"
                "  do: give the group in section [access] a shorter name"
            )
    return roles


def prepare_roles(connection: psycopg.Connection, roles: Sequence[ReaderRole]) -> None:
    """Create the roles that are missing, none of which can log in; a group is a member of the role of everyone.

    Raises SetupError for a role that no policy would bind.
    """
    for role in roles:
        name = identifier(role.name)
        known = connection.execute(
            "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = %s",
            [role.name],
        ).fetchone()
        if known is None:
            connection.execute(f"CREATE ROLE {name} NOLOGIN")
        elif known[0]:
            raise SetupError(
                f"role '{role.name}' may do more than read, and would see expired and restricted figures\n"
                f"  do: ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
            )
        is_member = connection.execute("SELECT pg_has_role(%s, %s, 'USAGE')", [role.name, EVERYONE]).fetchone()
        if is_member == (False,):
            connection.execute(f"GRANT {identifier(EVERYONE)} TO {name}")


def prepare_database(connection: psycopg.Connection) -> None:
    """Let sessions find the tables without a schema name, see one release per transaction, and create nothing."""
    database = identifier(connection.info.dbname)
    wanted = {"search_path": f"{SCHEMA}, public", "default_transaction_isolation": "repeatable read"}
    found = connection.execute(
        "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase"
        " WHERE datname = current_database() AND setrole = 0"
    ).fetchall()
    for name, value in wanted.items():
        if (f"{name}={value}",) not in found:
            quoted = value if name == "search_path" else literal(value)
            connection.execute(f"ALTER DATABASE {database} SET {name} = {quoted}")
    connection.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
    # Postgres grants this itself up to version 14.
    connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
