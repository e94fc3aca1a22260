"""The comparison of two builds finds what differs, and only that."""

import duckdb
import pytest

from dagster_project.marts.catalogue import Mart, MartColumn
from dagster_project.storage.database import DatabaseFile

from .comparison import differing_marts

COLUMNS = (MartColumn("code", "varchar", ""), MartColumn("day", "date", ""), MartColumn("share", "double", ""))
MART = Mart("mart_of_one", "marts", "", "", COLUMNS, ("code",), (), frozenset())
ROW = "('a', date '2026-11-25', 1234.56789::double)"


def built(folder, rows):
    database = DatabaseFile(folder / "built.duckdb")
    with database.connect() as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute(f"CREATE TABLE marts.{MART.name} AS FROM (VALUES {rows}) AS rows (code, day, share)")
    return database


def written(folder, rows):
    marts = folder / "written"
    (marts / MART.name).mkdir(parents=True)
    with duckdb.connect() as connection:
        query = f"FROM (VALUES {rows}) AS rows (code, day, share)"
        connection.execute(f"COPY ({query}) TO '{marts / MART.name / 'part.parquet'}' (FORMAT parquet)")
    return marts


@pytest.mark.parametrize("other", [built, written], ids=["database", "parquet"])
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(ROW, (), id="same"),
        pytest.param("('a', date '2026-11-25', 1234.56789::double * (1 + 1e-14))", (), id="in-the-fourteenth-digit"),
        pytest.param("('a', date '2026-11-25', 1234.56789::double * (1 + 1e-11))", (1, 1), id="in-the-eleventh-digit"),
        pytest.param("('a', date '2026-11-25', null::double)", (1, 1), id="no-figure"),
        pytest.param("('a', null::date, 1234.56789::double)", (1, 1), id="no-day"),
        pytest.param("('b', date '2026-11-25', 1234.56789::double)", (1, 1), id="another-key"),
        pytest.param(f"{ROW}, ('b', null::date, null::double)", (0, 1), id="a-row-more"),
        pytest.param(f"{ROW}, {ROW}", (0, 1), id="a-row-twice"),
    ],
)
def test_what_differs_is_found(tmp_path, other, rows, expected):
    one, another = built(tmp_path, ROW), other(tmp_path / "other", rows)
    found, backwards = differing_marts([MART], one, another), differing_marts([MART], another, one)
    assert found == ({MART.name: expected} if expected else {})
    assert backwards == ({MART.name: expected[::-1]} if expected else {})
