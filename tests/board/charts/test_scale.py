"""Round ticks, short coordinates and labels that do not overlap."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts import scale
from dashboard.words.numbers import euros, number


def tenths(value):
    return number(value, 1)


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([1280, 1210, 1350, 1300], (1200, 1250, 1300, 1350)),
        ([1, 19], (0, 5, 10, 15, 20)),
        ([-23, 24], (-40, -20, 0, 20, 40)),
        ([5, 5], (4.5, 4.75, 5, 5.25, 5.5)),
        ([0], (0, 0.25, 0.5, 0.75, 1)),
        ([], (0, 0.25, 0.5, 0.75, 1)),
    ],
)
def test_ticks(values, marks):
    assert scale.ticks(values) == marks


@given(st.lists(st.floats(-1e7, 1e7).map(lambda value: round(value, 3)), min_size=1, max_size=20))
def test_three_to_five_ticks_enclose_all_values(values):
    marks = scale.ticks(values)
    assert 3 <= len(marks) <= 5
    room = 1e-6 * max(1.0, *map(abs, values))
    assert marks[0] <= min(values) + room
    assert marks[-1] >= max(values) - room


@pytest.mark.parametrize(
    ("values", "form", "marks"),
    [
        ([0, 1, 2], number, (0, 1, 2)),
        ([1, 8], number, (0, 2, 4, 6, 8)),
        ([1, 9], number, (0, 5, 10)),
        ([1, 9], tenths, (0, 2.5, 5, 7.5, 10)),
        ([1_010_000, 1_990_000], euros, (1_000_000, 1_500_000, 2_000_000)),
    ],
)
def test_ticks_are_written_exactly(values, form, marks):
    assert scale.ticks(values, form) == marks


def test_a_text_that_says_nothing_about_its_tick_is_no_obstacle():
    assert scale.ticks([1, 9], lambda _: "veel") == scale.ticks([1, 9])


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (1.25, "1.2"), (-0.04, "0"), (-3.5, "-3.5"), (100, "100")])
def test_short_coordinates(value, text):
    assert scale.short(value) == text


def test_paths_are_relative_and_drop_needless_separators():
    assert scale.path([(0, 10), (5, 7.5), (10, 7.5)]) == "M0 10l5-2.5 5 0"
    assert scale.path([(0, 0), (-1, 2)], is_closed=True) == "M0 0l-1 2z"
    assert scale.path([]) == ""


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=1, max_size=30))
def test_a_path_does_not_drift(points):
    numbers = [float(one) for one in re.findall(r"-?\d+(?:\.\d)?", scale.path(points))]
    x, y = numbers[:2]
    for index, (wanted_x, wanted_y) in enumerate(points):
        if index:
            x, y = x + numbers[2 * index], y + numbers[2 * index + 1]
        assert abs(x - wanted_x) < 0.06
        assert abs(y - wanted_y) < 0.06


@given(st.integers(1, 200), st.integers(3, 6))
def test_chosen_labels_hold_first_and_last_and_are_few(count, most):
    chosen = scale.choose(count, most)
    assert chosen[0] == 0
    assert chosen[-1] == count - 1
    assert len(chosen) <= most
    steps = [later - earlier for earlier, later in pairwise(chosen)]
    assert max(steps, default=1) - min(steps, default=1) <= 1


@given(st.lists(st.floats(0, 200), min_size=1, max_size=4))
def test_labels_at_line_ends_stay_apart(wanted):
    placed = scale.spread(wanted, 32, 0, 200)
    order = sorted(placed)
    assert all(later - earlier >= 32 - 1e-6 for earlier, later in pairwise(order))
    assert min(placed) >= -1e-6
    assert max(placed) <= 200 + 1e-6


def test_labels_that_have_room_stay_where_they_are():
    assert scale.spread([10, 100, 50], 32, 0, 200) == (10, 100, 50)
