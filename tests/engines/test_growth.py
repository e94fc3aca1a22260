"""Lines through measurements of a benchmark, and where they cross."""

from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def growth(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module("growth")


def test_a_straight_line_is_found(growth):
    line = growth.fitted({10: 25.0, 30: 65.0, 100: 205.0})
    assert (line.fixed, line.per_row, line.worst) == pytest.approx((5, 2, 0))


def test_growth_that_is_no_line_shows(growth):
    assert growth.fitted({10: 100.0, 30: 900.0, 100: 10_000.0}).worst > 1


def test_lines_cross_where_both_take_as_long(growth):
    assert growth.crossing(growth.Line(5, 2, 0), growth.Line(105, 1, 0)) == 100


@pytest.mark.parametrize("per_row", [2, 3])
def test_lines_that_never_cross(growth, per_row):
    assert growth.crossing(growth.Line(5, 2, 0), growth.Line(105, per_row, 0)) is None


def test_cores_that_are_needed(growth):
    one, other = growth.Line(5, 2, 0), growth.Line(105, 6, 0)
    needed, *lines = growth.crossings(one, other, 2)
    assert "more than 3.0 cores" in needed
    assert lines == [
        "  2 cores: less time for no number of rows",
        "  4 cores: less time from 200 rows on",
        "  7 cores: less time from 88 rows on",
        "  13 cores: less time from 65 rows on",
    ]
