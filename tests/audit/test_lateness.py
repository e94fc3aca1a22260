"""Lateness of the supplier, of ourselves, or unknown because a check failed, with days and contact."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from landing.receiving import contract

from dagster_project.audit.clocks import Clocks
from dagster_project.audit.lateness import expires_in, lateness

POLICE, HR, DUO = (contract(name) for name in ("police.crime_monthly", "hr.absence", "duo.pupils"))
TODAY = date(2026, 11, 24)
PROBLEM = "police / crime_monthly: gave no answer\n  expected: an answer"


def moment(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC) if day else None


def clocks(feed, *, asked=TODAY, checked=TODAY, expected=None, until=date(2026, 12, 24), problems=()):
    return Clocks(
        feed=feed.id,
        supplier=feed.delivery.supplier_label,
        checked_at=moment(checked),
        released_at=None,
        period_end=None,
        fresh_until=until,
        expected=expected,
        asked_at=moment(asked),
        problems=list(problems),
        deliveries={"all": "0123"} if checked else {},
    )


def late_of(feed, today=TODAY, **values):
    return [(late.kind, late.days, late.write_to) for late in lateness(feed, clocks(feed, **values), today)]


def test_a_supplier_that_was_asked_after_its_last_day_and_had_nothing_is_late():
    assert late_of(POLICE, expected=date(2026, 11, 23)) == [("supplier late", 1, "https://www.politie.nl/contact")]
    assert late_of(POLICE, expected=TODAY) == []


def test_a_supplier_that_was_never_asked_is_not_late_but_the_owner_of_its_file_is():
    file = clocks(POLICE, expected=date(2026, 11, 20), until=date(2026, 11, 22), problems=[PROBLEM])
    late = lateness(POLICE, file.model_copy(update={"is_from_folder": True}), TODAY)
    owner = POLICE.delivery.owner
    assert [(one.kind, one.write_to) for one in late] == [("failed to check", owner), ("we are late", owner)]


def test_failing_to_check_says_nothing_of_the_supplier():
    since = date(2026, 11, 10)
    failed = ("failed to check", 14, "https://www.politie.nl/contact")
    assert late_of(POLICE, checked=since, expected=date(2026, 11, 20), problems=[PROBLEM]) == [failed]
    # That it was late already when it last answered is still known, with the days of then.
    both = late_of(POLICE, checked=since, expected=date(2026, 11, 5), problems=[PROBLEM])
    assert both == [failed, ("supplier late", 5, "https://www.politie.nl/contact")]


def test_the_sentence_of_a_failed_check_says_what_went_wrong_in_one_line():
    (late,) = lateness(POLICE, clocks(POLICE, problems=[PROBLEM]), TODAY)
    assert str(late) == (
        "failed to check (0 days): no usable answer since 2026-11-24: police / crime_monthly: gave no answer; "
        "write to https://www.politie.nl/contact"
    )


def test_without_asking_we_are_late_and_the_supplier_is_unknown():
    asked = date(2026, 11, 20)
    late = late_of(POLICE, asked=asked, checked=asked, expected=date(2026, 11, 22))
    assert late == [("we are late", 3, "the operator of Maandvers")]
    assert late_of(POLICE, asked=TODAY - timedelta(days=1)) == []


def test_a_department_that_does_not_deliver_is_one_of_us():
    late = late_of(HR, checked=date(2026, 10, 31), expected=date(2026, 12, 31), until=date(2026, 11, 20))
    assert late == [("we are late", 4, "Team HR")]
    # Its own calendar may ask for a new delivery before the old one expires.
    assert late_of(HR, expected=date(2026, 11, 22)) == [("we are late", 2, "Team HR")]
    assert late_of(HR, expected=date(2026, 12, 31)) == []


def test_a_supplier_whose_file_was_not_uploaded_is_not_late():
    file_of = date(2026, 10, 15)
    late = late_of(DUO, checked=file_of, expected=date(2026, 11, 1), until=date(2026, 11, 15))
    assert late == [("we are late", 9, "Team Onderwijs")]
    # A new file without newer figures shows that the supplier has not published.
    brought = late_of(DUO, checked=date(2026, 11, 20), expected=date(2026, 11, 1), until=date(2026, 12, 20))
    assert brought == [("supplier late", 19, "https://duo.nl/zakelijk/contact")]


def test_an_unused_feed_is_never_late():
    assert late_of(HR, asked=None, checked=None, until=None) == []


@pytest.mark.parametrize(
    ("until", "days"),
    [("2026-12-02", None), ("2026-12-01", 7), ("2026-11-25", 1), ("2026-11-24", 0), ("2026-11-23", None)],
)
def test_what_expires_within_a_week_is_warned_of_before_it_does(until, days):
    assert expires_in(clocks(POLICE, until=date.fromisoformat(until)), TODAY) == days


def test_what_was_never_received_does_not_expire():
    assert expires_in(clocks(POLICE, checked=None), TODAY) is None
    assert expires_in(clocks(POLICE, until=None), TODAY) is None


AGES = st.integers(0, 400).map(timedelta)


@given(asked=AGES, unanswered=AGES, due=st.integers(-400, 400).map(timedelta), fails=st.booleans())
def test_each_kind_shows_when_and_only_when_it_is_so(asked, unanswered, due, fails):
    asked_on = TODAY - asked
    checked_on = asked_on - (unanswered if fails else timedelta())
    expected = TODAY - due
    late = lateness(
        POLICE,
        clocks(POLICE, asked=asked_on, checked=checked_on, expected=expected, problems=[PROBLEM] if fails else []),
        TODAY,
    )
    kinds = {one.kind: one for one in late}
    assert len(kinds) == len(late)
    assert ("failed to check" in kinds) == fails
    assert ("we are late" in kinds) == (asked_on < TODAY - timedelta(days=1))
    # Nobody is called late on a day on which it has not been asked.
    assert ("supplier late" in kinds) == (expected < checked_on)
    assert all(one.days >= 0 and one.due + timedelta(days=one.days) <= TODAY for one in late)
