"""Lines: dashed from the last definitive point on, gaps where there is no figure, labels that do not overlap."""

import re
from datetime import date
from itertools import pairwise

import pytest

from dashboard.charts.line import Point, PolicyMeasure, Series, Target, line
from dashboard.words.numbers import number

from .hostile import TEXT, classes, parsed, texts


def series(values, name="Bijstand", provisional_from=99, noise=None):
    return Series(
        name,
        tuple(
            Point(
                date(2020 + index, 12, 31),
                str(2020 + index),
                value,
                None if noise is None or value is None else value - noise,
                None if noise is None or value is None else value + noise,
                index >= provisional_from,
            )
            for index, value in enumerate(values)
        ),
        "" if values[-1] is None else number(values[-1]),
    )


def drawn(*args, **kwargs):
    chart = line("Bijstand", *args, number, **kwargs)
    return chart, parsed(chart.svg)


def test_the_provisional_stretch_is_dashed_from_the_last_definitive_point_on():
    _, root = drawn([series([100, 110, 120, 115, 118], provisional_from=3)])
    (group,) = classes(root, "s1")
    firm, loose = group.findall("path")
    assert loose.get("class") == "loose"
    steps = [len(re.findall(r"-?[\d.]+", one.get("d"))) // 2 for one in (firm, loose)]
    assert steps == [3, 3]
    assert [one.get("class") for one in group.findall("circle")] == [None, None, None, "open", "open"]
    last_firm = group.findall("circle")[2]
    assert loose.get("d").startswith(f"M{last_firm.get('cx')} {last_firm.get('cy')}")


def test_a_wholly_definitive_line_has_no_dashes():
    _, root = drawn([series([100, 110, 120])])
    assert classes(root, "loose") == []
    assert classes(root, "open") == []


def test_a_missing_figure_leaves_a_gap():
    _, root = drawn([series([100, 110, None, 120, 125])])
    (group,) = classes(root, "s1")
    assert group.find("path").get("d").count("M") == 2
    assert len(group.findall("circle")) == 4


@pytest.mark.parametrize(("count", "dots"), [(14, 14), (15, 1)])
def test_dots_up_to_fourteen_points(count, dots):
    _, root = drawn([series(list(range(100, 100 + count)))])
    (group,) = classes(root, "s1")
    assert len(group.findall("circle")) == dots


@pytest.mark.parametrize(("values", "from_zero"), [([1280, 1300, 1290], False), ([3, 12, 9], True)])
def test_the_chart_reports_whether_its_axis_starts_at_zero(values, from_zero):
    chart, root = drawn([series(values)])
    assert chart.starts_at_zero is from_zero
    assert ("0" in texts(root)) is from_zero


def test_the_noise_band_follows_the_first_line_only():
    _, root = drawn([series([100, 110, 120], noise=10), series([50, 55, 60], "WW", noise=10)])
    assert len(classes(root, "band")) == 1
    assert classes(root, "band")[0].get("d").count("M") == 1
    _, without = drawn([series([100, 110, 120], noise=10)], with_band=False)
    assert classes(without, "band") == []


def test_target_and_measures_are_labelled():
    _, root = drawn(
        [series([100, 110, 120, 130])],
        target=Target(105, "doel: hoogstens 105"),
        measures=[PolicyMeasure("A", date(2021, 6, 1), date(2022, 6, 1)), PolicyMeasure("B", date(2030, 1, 1))],
    )
    assert "doel: hoogstens 105" in texts(root)
    assert len(classes(root, "goal")) == 1
    assert [one.text for one in classes(root, "letter")] == ["A"]
    assert len(classes(root, "span")) == 1


def test_a_measure_from_before_the_chart_has_its_bar_only():
    _, root = drawn([series([100, 110])], measures=[PolicyMeasure("A", date(2010, 1, 1))])
    assert len(classes(root, "span")) == 1
    assert classes(root, "mark") == []


def test_four_lines_are_labelled_at_their_ends_and_apart():
    _, root = drawn([series([100, 100 + index], name) for index, name in enumerate(("A1", "B1", "C1", "D1"))])
    heights = sorted(float(one.get("y")) for one in classes(root, "v"))
    assert all(later - earlier >= 31.9 for earlier, later in pairwise(heights))
    assert {one.text for one in classes(root, "k")} == {"A1", "B1", "C1", "D1"}


def test_a_fifth_line_is_refused():
    with pytest.raises(ValueError, match="at most four"):
        line("x", [series([1, 2])] * 5, number)


def test_first_and_last_period_are_always_labelled():
    _, root = drawn([series(list(range(100, 124)))])
    assert {"2020", "2043"} <= set(texts(root))


@pytest.mark.parametrize("values", [[None, None], [5.0]])
def test_hardly_any_figures(values):
    chart = line("x", [series(values)], number)
    assert parsed(chart.svg) is not None
    assert (chart.svg == "") is (values == [None, None])


def test_long_names_are_clipped_and_leave_the_lines_their_room():
    names = ["x" * 300, "Wijk 01 Nieuwe Maan"]
    _, root = drawn([series([100, 110, 120], name) for name in names])
    assert [len(one.text) <= 19 for one in classes(root, "k")] == [True, True]
    last = classes(root, "s1")[0].findall("circle")[-1]
    assert float(last.get("cx")) > 220


def test_hostile_texts_stay_texts():
    one = Series(TEXT, (Point(date(2024, 1, 1), TEXT, 1.0), Point(date(2025, 1, 1), TEXT, 2.0)), TEXT)
    chart = line(
        TEXT, [one, one], lambda _: TEXT, target=Target(1, TEXT), measures=[PolicyMeasure(TEXT, date(2024, 6, 1))]
    )
    root = parsed(chart.svg)
    assert TEXT in texts(root)
    assert root.find("svg").get("aria-label") == TEXT


def test_a_fan_goes_on_where_the_line_ends():
    fan = [Point(date(2023 + index, 12, 31), str(2023 + index), 120, 100, 180) for index in range(3)]
    narrow = [Point(one.day, one.label, 120, 110, 140) for one in fan]
    _, root = drawn([series([100, 110, 120])], fans=[fan, narrow])
    wide, close = (re.findall(r"-?[\d.]+", one.get("d")) for one in classes(root, "fan"))
    assert float(wide[0]) > float(classes(root, "s1")[0].findall("circle")[-1].get("cx"))
    assert float(wide[1]) < float(close[1]), "the wide band starts higher"


def test_ghosts_are_thin_lines_without_a_label():
    ghost = [Point(date(2020 + index, 12, 31), str(2020 + index), value) for index, value in enumerate([90, None, 300])]
    chart, root = drawn([series([100, 110, 120])], ghosts=[ghost])
    assert len(classes(root, "thin")) == 1
    assert "300" in texts(root), "the axis has room for them"
    assert chart.starts_at_zero


def test_points_that_may_still_rise_stand_before_a_hatched_ground():
    _, root = drawn([series([100, 110, 120, 60])], incomplete=[date(2023, 12, 31)])
    (ground,) = classes(root, "waiting")
    start, end = (float(one) for one in re.findall(r"[MH](-?[\d.]+)", ground.get("d"))[:2])
    points = [float(one.get("cx")) for one in classes(root, "s1")[0].findall("circle")]
    assert points[-2] < start < points[-1] < end
    _, whole = drawn([series([100, 110, 120, 60])])
    assert classes(whole, "waiting") == []
