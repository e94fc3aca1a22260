"""The board and Postgres show a reader the very same rows and cells of every mart, whatever their groups."""

from collections import Counter
from contextlib import contextmanager

import duckdb
import psycopg
import pytest
from main_line.first_run import SAMPLE_DAY

from dagster_project.access import ReadAccess
from dagster_project.storage.sql import identifier, literal
from dashboard.reading.board import open_board

ACCESS = ReadAccess.model_validate(
    {
        "everyone": {"themes": ["*"], "without": ["benefits", "care", "organisation", "safety"]},
        "groups": {
            "youth": {"themes": ["care"]},
            "income": {"themes": ["benefits"]},
            "police": {"themes": ["safety"], "levels": ["district"]},
            "staff": {"themes": ["safety", "organisation"], "levels": ["municipality"]},
            "nothing": {},
        },
    }
)
READERS = (
    (),
    ("youth",),
    ("income",),
    ("police",),
    # Together they may see all of a wide mart that neither sees alone.
    ("youth", "income"),
    ("nothing", "police", "staff"),
)
WIDE = "mart_neighbourhood_key_figures"


@pytest.fixture(scope="module")
def restricted(new_database, sample_releases):
    database = new_database("one_rule")
    database.publish(sample_releases, ACCESS)
    with psycopg.connect(database.address, autocommit=True) as connection:
        for groups in READERS[1:]:
            roles = ", ".join(identifier(f"bi_{group}") for group in groups)
            connection.execute(f"CREATE ROLE {role_of(groups)} LOGIN IN ROLE {roles}")
    return database


def role_of(groups):
    return "_".join(("of", *groups)) if groups else "bi"


def on_board(release, groups, access=ACCESS):
    """A cursor on the marts that pages read for these groups."""
    allowed = access.allowed(groups, release.catalogue.themes)
    return open_board(release, SAMPLE_DAY, "").for_reader(allowed, None).cursor


@contextmanager
def changed(database, *changes):
    """A transaction of the owner in which a test may be any reader, and of which nothing stays."""
    with psycopg.connect(database.address) as connection:
        for change in changes:
            connection.execute(change)
        yield connection
        connection.rollback()


def of_postgres(connection, role, mart, types, file):
    """Rows of a mart for a role, in the types of the release, each as a hash; none where it may not read it."""
    query = f"COPY (SELECT {', '.join(map(identifier, types))} FROM {mart}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
    try:
        with connection.transaction(), connection.cursor() as cursor, file.open("wb") as opened:
            cursor.execute(f"SET LOCAL ROLE {role}")
            with cursor.copy(query) as copy:
                for lines in copy:
                    opened.write(lines)
            cursor.execute("RESET ROLE")
    except psycopg.errors.InsufficientPrivilege:
        return []
    given = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items())
    options = f"columns = {{{given}}}, auto_detect = false, quote = '\"', escape = '\"', allow_quoted_nulls = false"
    with duckdb.connect() as reading:
        return hashed(reading, f"read_csv({literal(file)}, {options})", types)


def hashed(connection, rows, columns):
    """One number per row, in which every cell counts."""
    return connection.execute(f"SELECT hash(row({', '.join(map(identifier, columns))})) FROM {rows}").fetchall()


def differing(connection, release, groups, folder, marts=(), access=ACCESS):
    """Marts of which the board and Postgres show these groups other rows or cells."""
    board, found = on_board(release, groups, access), []
    for mart in marts or release.marts:
        types = {name: kind for name, kind, *_ in board.execute(f"DESCRIBE {mart}").fetchall()}
        rows = of_postgres(connection, role_of(groups), mart, types, folder / "rows.csv")
        if Counter(hashed(board, mart, types)) != Counter(rows):
            found.append(mart)
    return found


@pytest.mark.parametrize(
    "groups",
    # Readers of one theme differ in the theme alone.
    [pytest.param(one, marks=[pytest.mark.long] if one in (("youth",), ("income",)) else []) for one in READERS],
    ids=lambda groups: "+".join(groups) or "everyone",
)
def test_board_and_postgres_show_the_same_rows_and_cells(restricted, release, tmp_path, groups):
    with changed(restricted) as connection:
        assert differing(connection, release, groups, tmp_path) == []


def test_the_groups_see_different_things(release):
    """Else the comparison would say nothing."""
    seen = {
        groups: {mart: on_board(release, groups).execute(f"select count(*) from {mart}").fetchone()
                 for mart in ("mart_safety", "mart_social_domain", "mart_staff_absence", WIDE, "mart_kpi")}
        for groups in READERS
    }  # fmt: skip
    assert len({tuple(counts.values()) for counts in seen.values()}) == len(READERS)
    assert seen["youth",][WIDE] == seen["income",][WIDE] == (0,)
    assert seen["youth", "income"][WIDE] > (0,)


def test_another_rule_on_one_side_is_found(restricted, release, tmp_path):
    wider = ACCESS.model_copy(update={"everyone": ReadAccess().everyone})
    with changed(restricted) as connection:
        found = differing(connection, release, (), tmp_path, ("mart_safety", "mart_demography"), wider)
    assert found == ["mart_safety"]


@pytest.mark.parametrize(
    "change",
    [
        "ALTER POLICY readers ON maandvers.mart_demography USING (region_level <> 'country')",
        "UPDATE mart_demography SET births_count = births_count + 0.5",
        "UPDATE mart_demography SET births_count = NULL WHERE region_level = 'municipality'",
        "REVOKE SELECT ON mart_demography FROM bi",
    ],
)
def test_a_row_or_cell_that_differs_is_found(restricted, release, tmp_path, change):
    with changed(restricted, change) as connection:
        assert differing(connection, release, (), tmp_path, ("mart_demography",)) == ["mart_demography"]
