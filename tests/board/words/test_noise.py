"""The test against noise on, inside and outside the border, and the trends that it allows."""

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.words.noise import Estimate, differs, is_known_trend, is_steady, noise_of_difference

values = st.floats(-1e6, 1e6)
widths = st.floats(0, 1e5)
estimates = st.builds(lambda value, below, above: Estimate(value, value - below, value + above), values, widths, widths)


def band(value, width=3.0):
    return Estimate(value, value - width, value + width)


@pytest.mark.parametrize(("gap", "beyond"), [(4.9, False), (5.0, False), (5.1, True), (-5.0, False), (-5.1, True)])
def test_only_a_difference_beyond_the_band_counts(gap, beyond):
    # Bands of 3 and 4 make a noise of 5.
    assert differs(Estimate(gap, gap - 3, gap + 3), Estimate(0, -4, 4)) is beyond


def test_the_sides_that_face_each_other_count():
    high, low = Estimate(10, 7, 100), Estimate(0, -100, 4)
    assert noise_of_difference(high, low) == noise_of_difference(low, high) == hypot(3, 4)


@pytest.mark.parametrize(("tolerance", "beyond"), [(None, None), (1.0, True), (2.0, False)])
def test_without_a_band_the_tolerance_decides_and_without_that_nothing(tolerance, beyond):
    assert differs(Estimate(4), Estimate(2), tolerance) is beyond


def test_equal_values_never_differ():
    assert differs(Estimate(4), Estimate(4)) is False


@given(estimates, estimates)
def test_differing_is_symmetric(first, second):
    assert differs(first, second) is differs(second, first)


@given(estimates, estimates, widths)
def test_a_wider_band_never_makes_a_difference(first, second, more):
    wider = Estimate(first.value, (first.lower or 0) - more, (first.upper or 0) + more)
    assert differs(first, second) or not differs(wider, second)


def test_a_reference_without_noise_counts_as_exact():
    assert Estimate(5).or_exact() == Estimate(5, 5, 5)
    assert band(5).or_exact() == band(5)


@pytest.mark.parametrize(
    ("course", "trend"),
    [
        ([0, 2, 3, 4, 5], True),
        ([0, 1, 2, 3, 4.2], False),
        # One odd value at the end is no trend.
        ([9, 9, 9, 9, 9, 0], False),
        ([0, 0, 9, 9, 0, 0], False),
        ([0, 9], False),
    ],
)
def test_a_trend_needs_its_ends_apart_and_its_thirds_as_well(course, trend):
    assert is_known_trend([band(value) for value in course]) is trend


def test_a_steady_series_stays_within_noise_of_its_last_value():
    assert is_steady([band(0), band(4), band(1)])
    assert not is_steady([band(0), band(6), band(1)])
    assert not is_steady([Estimate(0), Estimate(1)])
    assert not is_steady([])


@given(st.lists(estimates, min_size=1, max_size=12))
def test_no_series_is_both_steady_and_a_trend(series):
    assert not (is_known_trend(series) and is_steady(series))
