"""The house's own models from series to verdict, on figures of a test: the Python model and the SQL as they are."""

import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb
import jinja2

from dagster_project.installation.settings import DBT_PROJECT

FORECASTS = DBT_PROJECT / "models/intermediate/forecasts"
MACROS = ("macros/engines.sql", "macros/forecasts.sql")
SCHEMA = "intermediate"


@dataclass(frozen=True)
class Row:
    """A figure of a series, in the columns of int_forecasts__series that the models read."""

    region_code: str
    region_level: str
    indicator_code: str
    period: str
    period_number: int
    value: float | None


class Dbt:
    """dbt's model interface, on tables in a connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, identifier: str) -> None:
        self.connection = connection
        self.this = self
        self.schema, self.identifier = SCHEMA, identifier

    def config(self, *, materialized: str) -> None:
        """Every model is a table here."""

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(f"{SCHEMA}.{name}")


def warehouse(rows: Iterable[Row], periods_per_year: int, step: int) -> duckdb.DuckDBPyConnection:
    """A connection with the series, their regions, parts and clocks; the whole is a municipality."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute(f"CREATE SCHEMA {SCHEMA}")
    connection.execute(
        f"""CREATE TABLE {SCHEMA}.int_forecasts__series (
            region_code varchar, region_level varchar, indicator_code varchar, period varchar, period_number bigint,
            value double, period_end_date date, periods_per_year integer, step integer)"""
    )
    for number, chunk in enumerate(_chunks([*rows], 1000)):
        listed = ", ".join(
            f"('{row.region_code}', '{row.region_level}', '{row.indicator_code}', '{row.period}', {row.period_number},"
            f" {'null' if row.value is None else row.value}, date '2000-01-01', {periods_per_year}, {step})"
            for row in chunk
        )
        connection.execute(f"INSERT INTO {SCHEMA}.int_forecasts__series VALUES {listed} -- {number}")
    connection.execute(
        f"""CREATE TABLE {SCHEMA}.int_forecasts__regions AS
        SELECT DISTINCT region_code, region_level, indicator_code, {periods_per_year} AS periods_per_year,
            null::varchar AS reason_nl, null::double AS size_value FROM {SCHEMA}.int_forecasts__series;
        CREATE TABLE {SCHEMA}.int_regions__parts (region_code varchar, neighbourhood_code varchar);
        CREATE TABLE {SCHEMA}.int_forecasts__clocks AS
        SELECT DISTINCT indicator_code, null::date AS last_known_date, '' AS feed, '' AS denominator_feed,
            null::timestamptz AS released_at FROM {SCHEMA}.int_forecasts__series"""
    )
    return connection


def build(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Build models of the house in the given order."""
    for name in names:
        if (FORECASTS / f"{name}.py").exists():
            spec = importlib.util.spec_from_file_location(name, FORECASTS / f"{name}.py")
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            made = module.model(Dbt(connection, name), connection)
            connection.register("made_by_python", made)
            connection.execute(f"CREATE OR REPLACE TABLE {SCHEMA}.{name} AS SELECT * FROM made_by_python")
            connection.unregister("made_by_python")
        else:
            connection.execute(f"CREATE OR REPLACE TABLE {SCHEMA}.{name} AS {_rendered(name)}")


def judge(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Forecast the series and judge the forecasts: the rows of int_forecasts__quality."""
    build(
        connection,
        "int_forecasts__short_term",
        "int_forecasts__origins",
        "int_forecasts__errors",
        "int_forecasts__quality",
    )
    return connection.table(f"{SCHEMA}.int_forecasts__quality")


def _rendered(name: str) -> str:
    files = [DBT_PROJECT / macros for macros in MACROS] + [FORECASTS / f"{name}.sql"]
    template = jinja2.Template("\n".join(file.read_text(encoding="utf-8") for file in files))
    return template.render(ref=lambda model: f"{SCHEMA}.{model}", config=lambda **_: "")


def _chunks(rows: Sequence[Row], size: int) -> Iterable[Sequence[Row]]:
    return (rows[begin : begin + size] for begin in range(0, len(rows), size))
