"""Programs that people use list tables and keys, and read the right figure: psql, ODBC, LibreOffice, SQLAlchemy."""

import json
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from debian import install
from main_line.first_run import SAMPLE_DAY
from psycopg.conninfo import conninfo_to_dict

ODBC_DRIVERS = "/usr/lib/*/odbc/psqlodbcw.so"
FIGURE = "SELECT sum(population_count)::bigint FROM mart_demography WHERE period = '2025' AND region_level = 'district'"
# As Power BI asks for the relations of a database.
RELATIONS = """
    SELECT child.table_name, child.column_name, parent.table_name, parent.column_name
    FROM information_schema.referential_constraints AS relation
    JOIN information_schema.key_column_usage AS child
        ON child.constraint_schema = relation.constraint_schema AND child.constraint_name = relation.constraint_name
    JOIN information_schema.key_column_usage AS parent
        ON parent.constraint_schema = relation.unique_constraint_schema
        AND parent.constraint_name = relation.unique_constraint_name
        AND parent.ordinal_position = child.position_in_unique_constraint
"""
KEYS = """
    SELECT usage.table_name, usage.column_name
    FROM information_schema.table_constraints AS keys
    JOIN information_schema.key_column_usage AS usage USING (constraint_schema, constraint_name)
    WHERE constraint_type = 'PRIMARY KEY' ORDER BY usage.table_name, usage.ordinal_position
"""
LIBREOFFICE = """
import json, sys, time, uno
from com.sun.star.beans import PropertyValue

own = uno.getComponentContext()
resolver = own.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", own)
for attempt in range(300):
    try:
        context = resolver.resolve(f"uno:pipe,name={sys.argv[3]};urp;StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(0.2)
drivers = context.ServiceManager.createInstanceWithContext("com.sun.star.sdbc.DriverManager", context)
def given(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made
connection = drivers.getConnectionWithInfo(sys.argv[1], (given("user", "bi"), given("password", "")))
def rows(found, *columns):
    while found.next():
        yield [found.getString(column) for column in columns]
metadata = connection.MetaData
mart = (None, "maandvers", "mart_demography")
print(json.dumps({
    "tables": [name for (name,) in rows(metadata.getTables(None, "maandvers", "%", ("TABLE",)), 3)],
    "keys": [name for (name,) in rows(metadata.getPrimaryKeys(*mart), 4)],
    "relations": list(rows(metadata.getImportedKeys(*mart), 8, 3, 4)),
    "figure": list(rows(connection.createStatement().executeQuery(sys.argv[2]), 1)),
}))
"""


@pytest.fixture(scope="module")
def figure(release):
    ((value,),) = release.shown_on(SAMPLE_DAY).execute(FIGURE).fetchall()
    assert value > 0
    return value


def call(*command, **settings):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def needed(program, *packages):
    if not shutil.which(program):
        install(*packages)
    found = shutil.which(program)
    assert found, f"install {' '.join(packages)}"
    return found


def relations(release):
    return {
        (mart.name, key.columns[0], key.reference.mart, key.reference.columns[0])
        for mart in release.marts.values()
        for key in mart.foreign_keys
    }


def test_psql_lists_tables_keys_and_comments_without_a_schema_name(published, release, figure):
    def psql(command):
        return call("psql", "--no-align", "--tuples-only", "--no-psqlrc", published.as_reader, "--command", command)

    assert {line.split("|")[1] for line in psql(r"\dt").splitlines()} == {*release.marts, "release", "freshness"}
    described = call("psql", "--no-psqlrc", published.as_reader, "--command", r"\d+ mart_demography")
    assert '"mart_demography_pkey" PRIMARY KEY, btree (region_code, period)' in described
    assert "FOREIGN KEY (region_code) REFERENCES dim_region_current(region_code)" in described
    assert "Eenheid: aantal." in described
    assert psql(FIGURE).strip() == str(figure)


def test_sqlalchemy_reflects_the_star_and_joins_along_it(published, release, figure):
    engine = sa.create_engine(published.as_reader.replace("postgresql://", "postgresql+psycopg://"))
    inspector = sa.inspect(engine)
    assert {*inspector.get_table_names()} == {*release.marts, "release", "freshness"}
    assert inspector.get_pk_constraint("fct_indicator_values")["constrained_columns"] == [
        *("region_code", "indicator_code", "period")
    ]
    assert inspector.get_table_comment("mart_kpi")["text"].startswith("The board's page")
    reflected = sa.MetaData()
    reflected.reflect(engine)
    demography, region = reflected.tables["mart_demography"], reflected.tables["dim_region_current"]
    # SQLAlchemy finds the columns to join by.
    query = (
        sa.select(sa.func.sum(demography.c.population_count))
        .select_from(demography.join(region))
        .where(demography.c.period == "2025", region.c.region_level == "district")
    )
    with engine.connect() as connection:
        assert connection.scalar(query) == figure
    engine.dispose()


def test_odbc_lists_the_tables_and_reads_the_figure(published, release, figure):
    isql = needed("isql", "unixodbc", "odbc-postgresql")
    (driver, *_) = sorted(Path("/").glob(ODBC_DRIVERS.removeprefix("/"))) or [None]
    assert driver, "install odbc-postgresql"
    at = conninfo_to_dict(published.as_reader)
    source = f"Driver={driver};Server={at['host']};Port={at['port']};Database={at['dbname']};Uid={at['user']}"

    def ask(query):
        lines = call(isql, "-k", source, "-b", "-d|", input=f"{query}\n").splitlines()
        return [line.strip() for line in lines if line.strip()]

    listed = {tuple(line.split("|"))[1:4] for line in ask("help")}
    assert {name for schema, name, kind in listed if (schema, kind) == ("maandvers", "TABLE")} == {
        *release.marts,
        *("release", "freshness"),
    }
    assert str(figure) in ask(FIGURE)[-1]


def test_a_crawl_of_information_schema_alone_rebuilds_the_star(published, release):
    with psycopg.connect(published.as_reader) as connection:
        assert {*connection.execute(RELATIONS).fetchall()} == relations(release)
        keys = {}
        for table, column in connection.execute(KEYS).fetchall():
            keys.setdefault(table, []).append(column)
    for mart in release.marts.values():
        assert tuple(keys[mart.name]) == mart.key, mart.name
    # Every mart with a region finds it by its code alone, and every long mart its indicator.
    to = {}
    for table, _, other, _ in relations(release):
        to.setdefault(other, set()).add(table)
    assert {"mart_demography", "fct_indicator_values", "mart_reports", "mart_kpi"} <= to["dim_region_current"]
    assert {"fct_forecasts", "mart_kpi", "fct_indicator_values"} <= to["dim_indicator"]


@pytest.mark.long
def test_libreoffice_lists_the_tables_and_keys_and_reads_the_figure(published, release, figure, tmp_path):
    install("libreoffice-base", "libreoffice-sdbc-postgresql", "python3-uno")
    office = needed("soffice", "libreoffice-base")
    at = conninfo_to_dict(published.as_reader)
    url = f"sdbc:postgresql:host={at['host']} port={at['port']} dbname={at['dbname']}"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    pipe = f"maandvers{published.days.stat().st_ino}"
    script = tmp_path / "ask.py"
    script.write_text(LIBREOFFICE)
    server = [office, profile, "--headless", "--norestore", f"--accept=pipe,name={pipe};urp"]
    with subprocess.Popen(server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            told = json.loads(call("/usr/bin/python3", str(script), url, FIGURE, pipe))
        finally:
            running.terminate()
    assert {*told["tables"]} == {*release.marts, "release", "freshness"}
    assert told["keys"] == ["region_code", "period"]
    assert ["region_code", "dim_region_current", "region_code"] in told["relations"]
    assert told["figure"] == [[str(figure)]]
