"""What a rule says of one row, without Great Expectations."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.rules import RULES

AGE = RULES["clock_within_maximum_age"]


def clock(clock_date, maximum_age="P1M", is_binding=True):
    return {
        "feed": "cbs.key_figures",
        "clock": "checked",
        "clock_date": clock_date,
        "maximum_age": maximum_age,
        "is_binding": is_binding,
    }


@pytest.mark.parametrize(
    ("clock_date", "last_day"),
    [
        ("2026-10-23", "2026-11-23"),
        ("2027-01-31", "2027-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2028-02-29", "2028-03-29"),
        ("2027-02-28", "2027-03-28"),
        ("2026-03-31", "2026-04-30"),
        ("2026-12-31", "2027-01-31"),
    ],
)
def test_a_clock_is_fresh_on_its_last_day_and_stale_on_the_next(clock_date, last_day):
    last = date.fromisoformat(last_day)
    assert AGE.verdict(clock(clock_date), last).passed
    stale = AGE.verdict(clock(clock_date), last + timedelta(days=1))
    assert not stale.passed
    assert "1 day too old" in stale.english
    assert "1 dag te oud" in stale.dutch


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(0, 400))
def test_no_clock_is_fresh_for_more_than_31_days_or_less_than_28(clock_date, days):
    passed = AGE.verdict(clock(clock_date.isoformat()), clock_date + timedelta(days=days)).passed
    assert passed or days > 27
    assert not passed or days < 32


def test_a_clock_in_the_future_is_not_fresh():
    verdict = AGE.verdict(clock("2026-11-24"), date(2026, 11, 23))
    assert not verdict.passed
    assert "lies after 2026-11-23" in verdict.english


def test_each_feed_has_its_own_maximum_age():
    assert AGE.verdict(clock("2026-11-09", "P14D"), date(2026, 11, 23)).passed
    assert not AGE.verdict(clock("2026-11-08", "P14D"), date(2026, 11, 23)).passed


def test_a_clock_that_does_not_bind_may_be_old_or_unknown():
    assert AGE.verdict(clock("2020-12-31", is_binding=False), date(2026, 11, 23)).passed
    assert AGE.verdict(clock(None, is_binding=False), date(2026, 11, 23)).passed


@pytest.mark.parametrize(
    "row",
    [
        clock(None),
        clock(float("nan")),
        clock("last week"),
        clock("9999-12-31"),
        clock("2026-11-20", maximum_age=None),
        clock("2026-11-20", maximum_age="a month"),
        clock("2026-11-20", is_binding=None),
        {"feed": "cbs.key_figures", "clock": "checked"},
    ],
)
def test_a_clock_that_cannot_be_read_is_not_fresh(row):
    verdict = AGE.verdict(row, date(2026, 11, 23))
    assert not verdict.passed
    assert "could not be checked: " in verdict.english


GOOD = {
    "row_count_within_band": {
        "feed": "cbs.key_figures",
        "table": "key_figures",
        "edition": "2020",
        "row_count": 100,
        "previous_row_count": 100,
        "minimum_rows": 90,
        "maximum_rows": 110,
    },
    "fill_rate_high_enough": {
        "feed": "cbs.key_figures",
        "table": "key_figures",
        "edition": "2020",
        "column": "population_count",
        "fill_pct": 80.0,
        "minimum_fill_pct": 80.0,
    },
    "parts_to_add_up": {
        "feed": "cbs.key_figures",
        "edition": "2020",
        "column": "population_count",
        "level": "neighbourhood to district",
        "regions_compared": 3,
        "regions_outside_rounding": 1,
        "allowed_outside": 1,
    },
    "mart_to_be_filled": {"mart": "mart_reports", "row_count": 20, "minimum_rows": 20},
    "no_violations": {"mart": "mart_reports", "row_count": 20, "stale_row_count": 0, "orphan_violation_count": 0},
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_row_passes(name):
    assert RULES[name].verdict(GOOD[name], date(2026, 11, 23)).passed


@pytest.mark.parametrize(
    ("name", "broken", "told"),
    [
        ("row_count_within_band", {"row_count": 89}, "89 rows, 90 to 110 expected"),
        ("row_count_within_band", {"row_count": 111}, "111 rows, 90 to 110 expected"),
        ("row_count_within_band", {"row_count": 0, "previous_row_count": None}, "0 rows in the first delivery"),
        ("row_count_within_band", {"minimum_rows": None}, "could not be checked: minimum_rows is empty"),
        ("row_count_within_band", {"row_count": "many"}, "could not be checked: row_count is 'many', not a number"),
        ("fill_rate_high_enough", {"fill_pct": 79.9}, "79.9 % of the rows have a value, at least 80 % expected"),
        ("fill_rate_high_enough", {"fill_pct": None}, "could not be checked: fill_pct is empty"),
        ("parts_to_add_up", {"regions_outside_rounding": 2}, "2 of 3 regions differ"),
        ("parts_to_add_up", {"regions_compared": 0}, "could not be checked: no region was compared"),
        ("mart_to_be_filled", {"row_count": 19}, "19 rows, at least 20 expected"),
        ("no_violations", {"stale_row_count": 1}, "stale_row_count 1, 0 expected"),
        ("no_violations", {"orphan_violation_count": 1234}, "orphan_violation_count 1,234, 0 expected"),
        ("no_violations", {"stale_row_count": None}, "could not be checked: stale_row_count is empty"),
    ],
)
def test_a_row_that_breaks_what_the_rule_guards_fails(name, broken, told):
    verdict = RULES[name].verdict({**GOOD[name], **broken}, date(2026, 11, 23))
    assert not verdict.passed
    assert told in verdict.english


def test_a_first_delivery_has_no_band():
    row = {**GOOD["row_count_within_band"], "previous_row_count": None, "minimum_rows": None, "maximum_rows": None}
    assert RULES["row_count_within_band"].verdict(row, date(2026, 11, 23)).passed


def test_a_mart_without_any_count_of_violations_is_not_checked():
    verdict = RULES["no_violations"].verdict({"mart": "mart_reports", "row_count": 20}, date(2026, 11, 23))
    assert not verdict.passed
    assert "could not be checked" in verdict.english
