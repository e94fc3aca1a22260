"""Freshness on its limit and just past it, without Great Expectations."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from landing.receiving import contract, judge_by_rules

from dagster_project.audit.clocks import Clocks
from dagster_project.audit.frames import freshness_frame
from dagster_project.contracts.calendar import parse_age

FEED = contract("cbs.key_figures")
REGISTER = contract("benefits_admin.recipients")


def freshness(day, as_of, maximum_age="P1M", feed=FEED):
    """The frame of a feed whose clocks all show one day."""
    unknown = dict.fromkeys(("released_at", "fresh_until", "expected", "asked_at"))
    clocks = Clocks(
        feed=feed.id, supplier="CBS", checked_at=None, period_end=day, problems=[], deliveries={}, **unknown
    )
    clocks.checked_at = day
    delivery = feed.delivery.model_copy(update={"maximum_age": parse_age(maximum_age)})
    return freshness_frame([feed.model_copy(update={"delivery": delivery})], [clocks], as_of)


def judged(frame):
    """The judgement on the first row of a frame."""
    return judge_by_rules([frame])[0]


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
    clock, last = date.fromisoformat(clock_date), date.fromisoformat(last_day)
    assert judged(freshness(clock, last)).passed
    stale = judged(freshness(clock, last + timedelta(days=1)))
    assert not stale.passed
    assert "1 day too old" in stale.message
    assert "1 dag te oud" in stale.message_nl


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(0, 400))
def test_no_clock_is_fresh_for_more_than_31_days_or_less_than_28(clock_date, days):
    passed = judged(freshness(clock_date, clock_date + timedelta(days=days))).passed
    assert passed or days > 27
    assert not passed or days < 32


def test_a_clock_in_the_future_is_not_fresh():
    judgement = judged(freshness(date(2026, 11, 24), date(2026, 11, 23)))
    assert not judgement.passed
    assert "lies after 2026-11-23" in judgement.message


def test_each_feed_has_its_own_maximum_age():
    assert judged(freshness(date(2026, 11, 9), date(2026, 11, 23), "P14D")).passed
    assert not judged(freshness(date(2026, 11, 8), date(2026, 11, 23), "P14D")).passed


def test_only_binding_clocks_are_judged():
    assert [row["clock"] for row in freshness(date(2026, 11, 8), date(2026, 11, 23)).rows] == ["checked"]
    clocks = [row["clock"] for row in freshness(date(2026, 11, 8), date(2026, 11, 23), feed=REGISTER).rows]
    assert clocks == ["checked", "period"]


def test_a_clock_that_was_never_set_is_not_checked():
    judgement = judged(freshness(None, date(2026, 11, 23)))
    assert not judgement.passed
    assert "could not be checked: no date is known so far." in judgement.message
