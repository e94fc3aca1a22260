"""Sparklines, small multiples and icons."""

import pytest

from dashboard.charts import icons, sparkline
from dashboard.charts.sparkline import Multiple

from .hostile import TEXT, classes, parsed


def test_a_sparkline_ends_in_a_dot_that_is_open_if_provisional():
    for is_provisional in (True, False):
        root = parsed(sparkline.sparkline([1, 2, 3], is_provisional=is_provisional))
        assert (root.find(".//circle").get("class") == "open") is is_provisional


@pytest.mark.parametrize("values", [[], [1], [None, 1, None]])
def test_one_figure_makes_no_course(values):
    assert sparkline.sparkline(values) == ""


def test_target_lies_on_the_scale():
    root = parsed(sparkline.sparkline([10, 20], target=40))
    (goal,) = classes(root, "goal")
    assert goal.get("d").startswith("M0 5h")
    assert classes(parsed(sparkline.sparkline([10, 20])), "goal") == []


def test_a_flat_course_lies_in_the_middle():
    assert parsed(sparkline.sparkline([5, 5, 5])).find(".//circle").get("cy") == "22"


def test_small_multiples_share_one_scale():
    root = parsed(sparkline.small_multiples([Multiple("a", "10", (0.0, 10.0), "/a"), Multiple("b", "5", (0.0, 5.0))]))
    high, middle = (one.get("cy") for one in root.iter("circle"))
    assert (high, middle) == ("5", "22")
    assert len(list(root.iter("a"))) == 1
    assert sparkline.small_multiples([Multiple("a", "", (None,))]) == ""


def test_on_scales_of_their_own_small_multiples_start_at_zero():
    items = [Multiple("a", "1.000", (2000.0, 1000.0)), Multiple("b", "10", (20.0, 10.0))]
    root = parsed(sparkline.small_multiples(items, is_one_scale=False))
    assert [one.get("cy") for one in root.iter("circle")] == ["22", "22"]


def test_each_light_has_its_own_shape_and_none_has_no_shape():
    shapes = {code: icons.light(code) for code in ("green", "amber", "red")}
    first_shapes = {parsed(one).find("svg")[0].get("d") for one in shapes.values()}
    assert len(first_shapes) == 3
    assert icons.light("none") == ""
    assert icons.icon(None) == ""
    assert icons.icon("lock") == icons.lock() != icons.clock()
    assert all(parsed(one).find("svg").get("aria-hidden") == "true" for one in shapes.values())


def test_hostile_names_stay_texts():
    root = parsed(sparkline.small_multiples([Multiple(TEXT, TEXT, (1.0, 2.0), TEXT)]))
    assert TEXT in list(root.itertext())
