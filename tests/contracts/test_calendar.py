"""The calendar rule: whole months, and a month that is too short ends a term on its last day."""

from datetime import date

import pytest

from dagster_project.contracts.calendar import fresh_until, parse_age


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
def test_what_is_no_positive_duration_of_whole_days_is_refused(age):
    with pytest.raises(ValueError, match="such as P1M"):
        parse_age(age)
