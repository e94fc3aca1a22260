"""The calendar rules: whole months, a short month ends a term on its last day, and when a supplier's news is due."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts.calendar import (
    every_year,
    fresh_until,
    last_period_end,
    later,
    lengths,
    next_publication,
    parse_age,
)


@pytest.mark.parametrize(
    ("clock", "last_day"),
    [
        ("2026-01-31", "2026-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2028-01-30", "2028-02-29"),
        ("2028-02-29", "2028-03-29"),
        ("2026-02-28", "2026-03-28"),
        ("2026-03-31", "2026-04-30"),
        ("2026-12-31", "2027-01-31"),
        ("2026-12-01", "2027-01-01"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(clock, last_day):
    assert fresh_until(date.fromisoformat(clock), parse_age("P1M")) == date.fromisoformat(last_day)


@pytest.mark.parametrize(
    ("age", "last_day"),
    [("P14D", "2028-03-14"), ("P2W", "2028-03-14"), ("P1Y", "2029-02-28"), ("P1Y1M", "2029-03-29")],
)
def test_other_limits_count_whole_days_months_and_years(age, last_day):
    assert fresh_until(date(2028, 2, 29), parse_age(age)) == date.fromisoformat(last_day)


@pytest.mark.parametrize("age", ["one month", "P", "", None, 31, "PT36H", "P1DT1S", "P1.5M", "P0D", "-P1M", "P1M-3D"])
def test_a_duration_that_is_not_positive_whole_days_is_refused(age):
    with pytest.raises(ValueError, match="such as P1M"):
        parse_age(age)


@pytest.mark.parametrize(
    ("end", "term", "last_day"),
    [
        ("2026-01-31", "P1M", "2026-02-28"),
        ("2026-02-28", "P1M", "2026-03-31"),
        ("2028-02-29", "P1Y", "2029-02-28"),
        ("2027-02-28", "P1Y", "2028-02-29"),
        ("2026-09-30", "P3M", "2026-12-31"),
        ("2026-12-31", "P2Y", "2028-12-31"),
        ("2026-11-14", "P1M", "2026-12-14"),
        ("2026-01-30", "P1M", "2026-02-28"),
        ("2026-11-30", "P7D", "2026-12-07"),
    ],
)
def test_a_term_from_a_months_end_ends_at_a_months_end(end, term, last_day):
    assert later(date.fromisoformat(end), parse_age(term)) == date.fromisoformat(last_day)


def due(period_end=None, published=None, announced=(), cadence="P1M", lag="P2M"):
    days = [date.fromisoformat(day) if day else None for day in (period_end, published)]
    return next_publication(
        period_end=days[0],
        published=days[1],
        cadence=parse_age(cadence),
        publication_lag=parse_age(lag),
        announced=[date.fromisoformat(day) for day in announced],
    )


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"period_end": "2026-09-30", "published": "2026-11-12"}, "2026-12-31"),
        ({"period_end": "2027-12-31"}, "2028-03-31"),
        ({"period_end": "2024-12-31", "cadence": "P1Y", "lag": "P1Y"}, "2026-12-31"),
        # Figures that name no period: the next publication follows the last one.
        ({"published": "2026-11-30", "cadence": "P3M"}, "2027-02-28"),
        ({}, None),
        # An announced date takes precedence over the rule, whether earlier or later.
        ({"published": "2026-10-01", "announced": ["2027-03-31"]}, "2027-03-31"),
        ({"period_end": "2026-09-30", "published": "2026-11-05", "announced": ["2026-11-13"]}, "2026-11-13"),
        # A delivery in the week before meets its date.
        ({"published": "2026-11-06", "announced": ["2026-11-13", "2027-02-13"]}, "2027-02-13"),
        ({"published": "2026-11-12", "announced": ["2026-11-13", "2027-02-13"]}, "2027-02-13"),
        ({"period_end": "2026-09-30", "published": "2026-11-12", "announced": ["2026-11-13"]}, "2026-12-31"),
        # A late publication for one date is not an early one for the next.
        ({"published": "2026-11-09", "announced": ["2026-11-06", "2026-11-13"]}, "2026-11-13"),
        ({"published": "2026-11-11", "announced": ["2026-11-06", "2026-11-13", "2026-11-20"]}, "2026-11-20"),
        # Nor does one publication come early for two dates.
        ({"published": "2026-11-10", "announced": ["2026-11-13", "2026-11-16"]}, "2026-11-16"),
        ({"published": "2026-10-01", "announced": ["2027-03-31", "2026-12-15"]}, "2026-12-15"),
        ({"announced": ["2027-03-31"]}, "2027-03-31"),
        # A date on or before the last publication has had its turn.
        ({"published": "2027-03-31", "announced": ["2026-12-15", "2027-03-31"]}, "2027-04-30"),
    ],
)
def test_the_next_publication_follows_from_the_stored_period(stored, expected):
    assert due(**stored) == (date.fromisoformat(expected) if expected else None)


def test_days_of_every_year_come_this_year_and_the_next_on_a_working_day():
    # 24 July 2027 is a Saturday, 25 April 2027 a Sunday.
    assert every_year(["04-25", "07-24"], date(2026, 8, 1)) == [
        date(2026, 4, 27),
        date(2026, 7, 24),
        date(2027, 4, 26),
        date(2027, 7, 26),
    ]


@pytest.mark.parametrize(
    ("codes", "last_day"),
    [
        (["2025JJ00", "2024JJ00"], "2025-12-31"),
        (["2026KW01", "2025KW04"], "2026-03-31"),
        (["2026HJ01", "2025HJ02"], "2026-06-30"),
        (["2028MM02", "2027MM12"], "2028-02-29"),
        # The total of the current year is next to its months.
        (["2026MM09  ", "2026JJ00"], "2026-09-30"),
        (["2026X001", "all", ""], None),
    ],
)
def test_the_last_period_is_read_from_the_codes_of_cbs(codes, last_day):
    assert last_period_end(codes) == (date.fromisoformat(last_day) if last_day else None)


DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
TERMS = st.sampled_from(["P1D", "P7D", "P1M", "P2M", "P3M", "P6M", "P10M", "P1Y", "P2Y"]).map(parse_age)


@given(end=DAYS, cadence=TERMS, lag=TERMS)
def test_a_publication_is_due_after_the_period_and_never_before_that_of_an_earlier_period(end, cadence, lag):
    terms = {"published": None, "cadence": cadence, "publication_lag": lag, "announced": ()}
    expected = next_publication(period_end=end, **terms)
    assert expected > end
    assert expected >= next_publication(period_end=end - timedelta(days=1), **terms)


@given(end=DAYS, months=st.integers(1, 36))
def test_from_the_end_of_a_month_to_the_end_of_a_month(end, months):
    reached = later(end, parse_age(f"P{months}M"))
    assert (reached.year - end.year) * 12 + reached.month - end.month == months
    if (end + timedelta(days=1)).day == 1:
        assert (reached + timedelta(days=1)).day == 1


@given(published=DAYS, announced=st.lists(DAYS, max_size=4), cadence=TERMS, lag=TERMS)
def test_only_a_date_after_the_last_publication_is_waited_for_and_none_is_passed_over_but_by_a_week(
    published, announced, cadence, lag
):
    expected = next_publication(
        period_end=None, published=published, cadence=cadence, publication_lag=lag, announced=announced
    )
    assert expected > published
    if expected not in announced:
        assert expected == published + cadence
    waited_for = [day for day in announced if published < day and (day < expected or expected not in announced)]
    assert all(day - published <= timedelta(days=7) for day in waited_for)


@given(start=DAYS, age=TERMS)
def test_no_term_is_shorter_or_longer_than_its_lengths(start, age):
    shortest, longest = lengths(age)
    assert shortest <= (fresh_until(start, age) - start).days <= longest


@pytest.mark.parametrize(("age", "days"), [("P1M", (28, 31)), ("P14D", (14, 14)), ("P1Y", (365, 366))])
def test_the_lengths_of_a_term(age, days):
    assert lengths(parse_age(age)) == days
