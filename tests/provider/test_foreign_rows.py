"""The search for rows of another municipality finds one in every kind of file that a release has."""

import gzip
import json
import zipfile

import duckdb
import pytest

from .country import mark_of
from .foreign_rows import foreign_rows

OTHERS = ["GM9802", "GM9803"]
OWN_AND_PUBLIC = "BU98010001 (GM9801) GM9802"


def parquet(folder, text):
    duckdb.sql(f"select '{text}' as a").write_parquet(str(folder / "mart.parquet"))


def database(folder, text):
    with duckdb.connect(str(folder / "maandvers.duckdb")) as connection:
        connection.execute(f"create table mart as select '{text}' as a")


def zipped(folder, text):
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("inner.csv.gz", gzip.compress(text.encode()))


def page(folder, text):
    (folder / "index.html").write_text(f"<p>{text}</p>")


def document(folder, text):
    (folder / "deep").mkdir()
    (folder / "deep" / "a.json").write_text(json.dumps([text]))


@pytest.mark.parametrize("write", [parquet, database, zipped, page, document])
@pytest.mark.parametrize("planted", ["BU98020001", "WK980300", mark_of("GM9803")])
def test_a_planted_row_of_another_municipality_is_found(write, planted, tmp_path):
    write(tmp_path, OWN_AND_PUBLIC)
    assert foreign_rows(tmp_path, OTHERS) == []
    for path in (*tmp_path.glob("*.*"), *tmp_path.glob("*/*")):
        path.unlink()
    if (tmp_path / "deep").exists():
        (tmp_path / "deep").rmdir()
    write(tmp_path, f"{OWN_AND_PUBLIC} {planted}")
    (found,) = foreign_rows(tmp_path, OTHERS)
    assert found.endswith(planted)
