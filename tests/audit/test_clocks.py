"""Clocks move by what suppliers say and send, and a feed past the limit of any binding one is withheld."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from extract.zips import write_zip
from landing.receiving import judge_by_rules, key_figures, one_edition, reports
from suppliers import faults

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.gate import judge_freshness


@pytest.fixture
def figures(suppliers, tmp_path):
    desk = one_edition(key_figures(tmp_path / "landing", suppliers.cbs_url))
    desk.receive_and_admit()
    return desk


@pytest.fixture
def signalen(tmp_path):
    write_zip(tmp_path / "exports" / "20261123_021504UTC.zip")
    desk = reports(tmp_path / "landing", tmp_path / "exports")
    desk.receive_and_admit()
    return desk


def verdict(desk, day):
    _, (given,) = judge_freshness([desk.store], date.fromisoformat(day), judge_by_rules)
    return given


def set_state(desk, **values):
    desk.store.record(desk.state.model_copy(update=values), desk.now)


def test_a_feed_that_was_never_received_is_withheld(tmp_path, suppliers):
    given = verdict(key_figures(tmp_path, suppliers.cbs_url), "2026-11-23")
    assert given.is_withheld
    assert "was never received" in given.reason
    assert given.clocks.fresh_until is None
    assert not given.clocks.is_in_use


def test_a_feed_that_is_not_in_use_has_no_failed_check(tmp_path, suppliers, figures):
    unused = key_figures(tmp_path / "unused", suppliers.cbs_url)
    judgements, (used, other) = judge_freshness([figures.store, unused.store], date(2026, 11, 23), judge_by_rules)
    assert {judgement.subject for judgement in judgements} == {"cbs.key_figures"}
    assert all(judgement.passed for judgement in judgements)
    assert not used.is_withheld
    assert (other.is_withheld, other.reason) == (True, "was never received")


@pytest.mark.parametrize(
    ("checked", "last_day", "stale_day"),
    [
        ("2026-11-23", "2026-12-23", "2026-12-24"),
        ("2027-01-31", "2027-02-28", "2027-03-01"),
        ("2028-01-31", "2028-02-29", "2028-03-01"),
        ("2028-02-29", "2028-03-29", "2028-03-30"),
        ("2027-03-31", "2027-04-30", "2027-05-01"),
    ],
)
def test_a_feed_is_shown_until_its_last_day_and_withheld_on_the_next(figures, checked, last_day, stale_day):
    set_state(figures, checked_at=datetime.fromisoformat(f"{checked}T05:00:00+00:00"))
    assert read_clocks(figures.store).fresh_until == date.fromisoformat(last_day)
    assert not verdict(figures, last_day).is_withheld
    late = verdict(figures, stale_day)
    assert late.is_withheld
    assert f"was fresh until {last_day}" in late.reason
    # Withheld figures are still stored.
    assert late.clocks.deliveries


def test_the_day_of_a_clock_is_the_local_one(figures):
    set_state(figures, checked_at=datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    assert read_clocks(figures.store).fresh_until == date(2027, 1, 1)


def test_a_supplier_that_stays_silent_moves_no_clock(suppliers, figures):
    before = read_clocks(figures.store)
    suppliers.faults.set(".", faults.unavailable())
    figures.now += timedelta(days=20)
    assert figures.receive().problems
    figures.admit()
    after = read_clocks(figures.store)
    assert after.checked_at == before.checked_at
    assert after.asked_at == figures.now
    assert after.problems
    assert not verdict(figures, "2026-12-13").is_withheld
    assert verdict(figures, "2026-12-25").is_withheld


def test_a_supplier_that_is_back_makes_the_feed_fresh_again(suppliers, figures):
    figures.now += timedelta(days=40)
    assert verdict(figures, "2027-01-02").is_withheld
    figures.receive_and_admit()
    assert not verdict(figures, "2027-01-02").is_withheld


def test_a_file_that_is_read_again_does_not_become_fresh(suppliers, signalen):
    """The register answers every day that this is its latest export, while its reports grow old."""
    period = signalen.manifest().period_end
    for _ in range(40):
        signalen.a_day_later()
    assert signalen.receive().confirmed == ["all"]
    signalen.admit()
    clocks = read_clocks(signalen.store)
    assert clocks.date_of("checked") == date(2027, 1, 2)
    assert clocks.period_end == period
    given = verdict(signalen, "2027-01-02")
    assert given.is_withheld
    assert "signalen.reports period" in given.reason
    assert "checked" not in given.reason


def test_the_first_limit_that_is_reached_binds(signalen):
    clocks = read_clocks(signalen.store)
    assert clocks.period_end <= clocks.date_of("checked")
    set_state(signalen, checked_at=datetime(2026, 11, 1, 5, tzinfo=UTC))
    assert read_clocks(signalen.store).fresh_until == date(2026, 12, 1)
    set_state(signalen, checked_at=None)
    assert read_clocks(signalen.store).fresh_until is None
    assert verdict(signalen, "2026-11-23").is_withheld


def test_key_figures_may_be_of_another_year_for_only_the_checked_clock_binds(figures):
    clocks = read_clocks(figures.store)
    assert clocks.released_at < datetime(2026, 11, 2, tzinfo=UTC)
    assert not verdict(figures, "2026-12-20").is_withheld


def test_a_clock_in_the_future_is_not_believed(figures):
    set_state(figures, checked_at=datetime(2026, 12, 24, 5, tzinfo=UTC))
    given = verdict(figures, "2026-11-23")
    assert given.is_withheld
    assert "lies after" in given.reason


def test_a_clock_without_a_judgement_withholds_the_feed(figures):
    _, (given,) = judge_freshness([figures.store], figures.now.date(), lambda *_: [])
    assert given.is_withheld
    assert "the clock 'checked' could not be checked" in given.reason


def test_each_feed_has_a_verdict_of_its_own(figures, signalen):
    set_state(signalen, checked_at=datetime(2026, 9, 1, tzinfo=UTC))
    today = figures.now.date()
    _, verdicts = judge_freshness([figures.store, signalen.store], today, judge_by_rules)
    assert [given.is_withheld for given in verdicts] == [False, True]


def test_a_supplier_is_late_once_it_confirms_after_its_last_day_that_there_is_nothing_new(figures):
    released = read_clocks(figures.store).date_of("released")
    due = read_clocks(figures.store).expected
    assert due == released + figures.store.feed.delivery.cadence
    for day, kinds in ((due, []), (due + timedelta(days=3), ["supplier late"])):
        moment = datetime.combine(day, time(5), UTC)
        set_state(figures, checked_at=moment, attempted_at=moment)
        given = verdict(figures, day.isoformat())
        assert [late.kind for late in given.late] == kinds
        # Late figures are shown: they are still the supplier's latest.
        assert not given.is_withheld
    (late,) = given.late
    assert (late.due, late.days, late.write_to) == (due, 3, "infoservice@cbs.nl")
