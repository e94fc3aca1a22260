"""Comparison of two releases: every mart with other rows or columns is named."""

import duckdb
import pytest

from dagster_project.marts.catalogue import Mart
from dagster_project.release.read_back import differing

FIGURES = "select * from (values ('BU1', 1.5, timestamptz '2026-01-01 06:00:00Z'), ('BU2', null, null)) t (r, v, seen)"


def mart(name):
    return Mart(name, "marts", name, description="", columns=(), key=(), clocks=(), sources=frozenset())


def released(file, **marts):
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema snapshot")
        for name, query in marts.items():
            connection.execute(f"create table snapshot.{name} as {query}")
    return file


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (FIGURES, []),
        (f"{FIGURES} order by r desc", []),
        (FIGURES.replace("1.5", "1.6"), ["figures"]),
        (f"{FIGURES} where r = 'BU1'", ["figures"]),
        (f"{FIGURES} union all {FIGURES}", ["figures"]),
        (FIGURES.replace("(r, v, seen)", "(r, w, seen)"), ["figures"]),
        ("select r, v::float as v, seen from (" + FIGURES + ")", ["figures"]),
    ],
)
def test_a_mart_that_differs_in_any_way_but_its_order_is_named(tmp_path, other, expected):
    one = released(tmp_path / "one.duckdb", figures=FIGURES, same="select 1 as a")
    two = released(tmp_path / "two.duckdb", figures=other, same="select 1 as a")
    assert differing([mart("figures"), mart("same")], one, two) == expected


def test_a_mart_that_the_other_lacks_differs(tmp_path):
    one = released(tmp_path / "one.duckdb", figures=FIGURES, new="select 1 as a")
    two = released(tmp_path / "two.duckdb", figures=FIGURES)
    assert differing([mart("figures"), mart("new")], one, two) == ["new"]
