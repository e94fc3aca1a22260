"""Rows of ranges on one scale, with the value to compare with."""

import pytest
from markupsafe import Markup

from dashboard.charts.ranges import RangeRow, range_key, range_rows

from .hostile import TEXT, classes, parsed


def row(label="Wijk", lower=20.0, upper=40.0, least=10.0, most=50.0, compared=30.0):
    return RangeRow(
        label, Markup("20 tot 40"), lower, upper, least, most, compared, "Soms minder", Markup("."), "2026-12-01"
    )


def ends(element):
    start = float(element.get("x").rstrip("%"))
    return start, start + float(element.get("width").rstrip("%"))


def test_all_rows_have_one_scale_from_zero():
    first, second = classes(parsed(range_rows([row(), row(lower=40.0, upper=80.0, most=100.0)])), "bar")
    assert ends(second) == pytest.approx([2 * end for end in ends(first)], abs=0.2)


def test_the_uncertain_range_and_the_compared_value_share_the_scale_of_the_bar():
    root = parsed(range_rows([row()]))
    ((lower, upper), (least, most)) = (ends(classes(root, kind)[0]) for kind in ("bar", "band"))
    assert least == pytest.approx(lower / 2, abs=0.2)
    assert most == pytest.approx(upper * 5 / 4, abs=0.2)
    assert float(classes(root, "upright")[0].get("x1").rstrip("%")) == pytest.approx((lower + upper) / 2, abs=0.2)


def test_a_range_of_one_value_is_seen():
    lower, upper = ends(classes(parsed(range_rows([row(upper=20.0)])), "bar")[0])
    assert upper - lower >= 1


def test_nothing_but_zeros_is_drawn_without_an_error():
    assert classes(parsed(range_rows([row(lower=0.0, upper=0.0, least=0.0, most=0.0, compared=0.0)])), "bar")


def test_names_are_escaped():
    parsed(range_rows([row(label=TEXT)]))
    parsed(range_key(TEXT, TEXT, TEXT))
