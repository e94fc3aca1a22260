"""Running a model's SQL on made-up or landed tables in memory, without the seconds that dbt takes to start."""

import re
from pathlib import Path

import duckdb
import jinja2

from dagster_project.installation.settings import DBT_PROJECT


def sql_of(model: str, **variables: str) -> str:
    """The SQL of a model, with plain table names for its refs and sources."""
    (file,) = (DBT_PROJECT / "models").rglob(f"{model}.sql")
    macros = "".join(
        (DBT_PROJECT / f"macros/{name}.sql").read_text(encoding="utf-8")
        for name in ("engines", "cbs_codes", "municipalities")
    )
    # dbt finds the form of its engine.
    macros = re.sub(r"adapter\.dispatch\('(\w+)'\)", r"default__\1", macros)
    return jinja2.Template(macros + file.read_text(encoding="utf-8")).render(
        ref=lambda name: name,
        source=lambda _schema, name: name,
        config=lambda **_: "",
        var=variables.get,
    )


def make(connection: duckdb.DuckDBPyConnection, *models: str, **variables: str) -> None:
    """Make the models as tables, in the order given."""
    for model in models:
        connection.execute(f"create or replace table {model} as {sql_of(model, **variables)}")


def load(connection: duckdb.DuckDBPyConnection, table: str, types: dict[str, str], rows: list[tuple]) -> None:
    """Make a table of rows."""
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    connection.execute(f"create or replace table {table} ({columns})")
    if rows:
        connection.executemany(f"insert into {table} values ({', '.join('?' * len(types))})", rows)


def python_model(name: str) -> Path:
    (file,) = (DBT_PROJECT / "models").rglob(f"{name}.py")
    return file
