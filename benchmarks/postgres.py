"""Publication of a release of the whole country in Debian's Postgres: time, processor time, rows, size, and questions.

The country is a release of the nationwide key figures: the real table of 2020 with 14,500 neighbourhoods (editions.py).
Postgres runs on this machine with the settings of its package.

    .venv/bin/python benchmarks/postgres.py
    .venv/bin/python benchmarks/postgres.py --country HOME        # reads the release in HOME, or makes it there
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

import psycopg
from board_load import country
from editions import installation
from measuring import COMMAND, HEADINGS, PROJECT, run_command
from sessions import postmaster_of, server_seconds

from dagster_project.postgres.ddl import SCHEMA
from dagster_project.postgres.publication import ROWS

# Each is asked as a reader, and its answer fetched.
QUESTIONS = {
    "an indicator in all regions": "SELECT * FROM fct_indicator_values WHERE indicator_code = 'population_count'",
    "all of one region": "SELECT * FROM fct_indicator_values WHERE region_code = 'BU08670101'",
    "an indicator by municipality, along the star": """
        SELECT municipality_name, sum(value) FROM fct_indicator_values
        JOIN dim_region_current USING (region_code) JOIN dim_indicator USING (indicator_code)
        WHERE indicator_code = 'household_count' AND dim_region_current.region_level = 'neighbourhood'
        GROUP BY municipality_name
    """,
    "mean of each indicator of a theme": """
        SELECT indicator_code, avg(value) FROM fct_indicator_values JOIN dim_indicator USING (indicator_code)
        WHERE theme_code = 'population' GROUP BY indicator_code
    """,
    "profile of a neighbourhood": "SELECT * FROM mart_neighbourhood_profile WHERE neighbourhood_code = 'BU08670101'",
}
TIMES = 5


def main() -> None:
    """Publish twice, and print what each publication and question costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--country", type=Path, help="home of the nationwide installation; else a temporary one")
    arguments = parser.parse_args()
    sys.path.append(str(PROJECT / "tests"))
    from postgres_server import started_postgres

    with country(arguments.country) as home, started_postgres(is_durable=True) as address:
        server = postmaster_of(address)
        settings = installation(home) | {"MAANDVERS_POSTGRES__URL": address}
        print(f"load {os.getloadavg()[0]:.1f}", flush=True)
        print(HEADINGS, f"{'server CPU s':>14}{'rows':>14}{'MB':>10}", flush=True)
        for name in ("first release", "the next one"):
            before = server_seconds(server)
            cost = run_command(COMMAND, "publish", "postgres", "--live", settings=settings)
            worked = server_seconds(server) - before
            print(cost.line(name), f"{worked:>14.1f}{rows(address):>14,}{megabytes(address):>10.0f}", flush=True)
            take_for_another(address)
        for name, question in QUESTIONS.items():
            print(f"{name:<48}{asked(address, question):>10.0f} ms, median of {TIMES}", flush=True)


def take_for_another(address: str) -> None:
    """Let what is published count as another release of the same shape, so that all is loaded again."""
    with psycopg.connect(address) as connection:
        named = "SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE starts_with(nspname, %s)"
        for schema, content in connection.execute(named, [ROWS]).fetchall():
            connection.execute(f"COMMENT ON SCHEMA {schema} IS 'another {content.split()[1]}'")


def rows(address: str) -> int:
    """Rows that are stored for readers."""
    counts = "SELECT format('SELECT count(*) FROM %I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = "
    with psycopg.connect(address) as connection:
        queries = connection.execute(f"{counts}'{SCHEMA}'").fetchall()
        return sum(connection.execute(query).fetchall()[0][0] for (query,) in queries)


def megabytes(address: str) -> float:
    """Size of the database."""
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT pg_database_size(current_database())").fetchall()[0][0] / 1e6


def asked(address: str, question: str) -> float:
    """Milliseconds of a question, its answer included."""
    taken = []
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET ROLE bi")
        for _ in range(TIMES):
            begin = time.perf_counter()
            connection.execute(question).fetchall()
            taken.append(1000 * (time.perf_counter() - begin))
    return statistics.median(taken)


if __name__ == "__main__":
    main()
