"""The state of a feed at any past moment is kept, read back by day, and never written backwards."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dagster_project.errors import SetupError
from dagster_project.landing.history import last_states_until, past_states, record_audit, refuse_to_go_back
from dagster_project.landing.store import FeedState, FeedStore

from .receiving import contract

FIRST = datetime(2026, 3, 1, 5, tzinfo=UTC)


def store_in(folder, feed="cbs.key_figures"):
    return FeedStore(folder / "landing", contract(feed))


def on(day):
    return FIRST + timedelta(days=day)


@pytest.fixture
def store(tmp_path):
    """Three days on which the supplier was asked, and a fourth without a question."""
    store = store_in(tmp_path)
    for day in range(3):
        store.record(FeedState(attempted_at=on(day)), on(day))
        record_audit({store: store.state().model_copy(update={"checked_at": on(day)})}, on(day))
    record_audit({store: store.state()}, on(3))
    return store


def state_on(store, day):
    """The last audited state by the end of a day; None if there is none."""
    past = last_states_until([store], store.event_log.entries(), day).get(store)
    return past.state if past else None


def alter(store, old, new):
    log = store.event_log.file
    content = log.read_bytes()
    place = content.rfind(old)
    assert place >= 0
    log.write_bytes(content[:place] + new + content[place + len(old) :])


def test_the_state_of_every_past_day_is_read_back(store):
    for day in range(3):
        assert state_on(store, date(2026, 3, 1 + day)).checked_at == on(day)
    assert state_on(store, date(2026, 2, 28)) is None
    assert [past.at for past in past_states(store, store.event_log.entries())] == [on(0), on(1), on(2)]


def test_a_day_ends_at_midnight_in_the_municipality(tmp_path):
    store = store_in(tmp_path)
    record_audit({store: FeedState(attempted_at=FIRST)}, datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    assert state_on(store, date(2026, 3, 1)) is None
    assert state_on(store, date(2026, 3, 2)).attempted_at == FIRST


def test_an_audit_that_changes_nothing_adds_no_line(store):
    assert [entry.kind for entry in store.event_log.entries()] == ["received", "audited"] * 3


def test_an_unused_feed_has_no_history(tmp_path):
    store = store_in(tmp_path)
    record_audit({store: store.state()}, FIRST)
    assert not store.landing.exists()


def test_the_feeds_of_one_audit_share_a_line(store, tmp_path):
    other = store_in(tmp_path, "cbs.wmo")
    changed = {one: one.state().model_copy(update={"attempted_at": on(4)}) for one in (store, other)}
    record_audit(changed, on(4))
    assert len(store.event_log.entries()) == 7
    assert {one.feed.id for one in changed if one.state().attempted_at == on(4)} == {store.feed.id, other.feed.id}


def test_what_was_received_counts_in_no_past_day_until_it_is_audited(store):
    store.record(FeedState(attempted_at=on(5)), on(5))
    assert state_on(store, date(2026, 3, 9)).attempted_at == on(2)
    assert store.state().attempted_at == on(5)


def test_no_clock_counts_while_damage_may_hide_a_newer_state_until_the_supplier_confirms_again(store):
    alter(store, b'"checked_at": "2026-03-03', b'"checked_at": "2027-03-03')
    state = store.state()
    assert state.checked_at is None
    assert "the event log was changed outside Maandvers, so the clocks" in state.problems[0]
    # An audit alone restores no clock.
    record_audit({store: state}, on(3))
    assert store.state().checked_at is None
    confirmed = state.model_copy(update={"problems": [], "checked_at": on(4)})
    record_audit({store: confirmed}, on(4))
    assert store.state() == confirmed
    assert store.event_log.problem()


def test_damage_to_an_older_line_moves_no_clock(store):
    before = store.state()
    alter(store, b'"checked_at": "2026-03-02', b'"checked_at": "2027-03-02')
    assert store.state() == before
    assert store.event_log.problem()


@pytest.mark.parametrize("earlier", [timedelta(seconds=1), timedelta(days=400)])
def test_a_clock_that_was_set_back_is_refused_with_both_moments(store, earlier):
    refuse_to_go_back(store.event_log, on(2))
    with pytest.raises(SetupError) as refused:
        refuse_to_go_back(store.event_log, on(2) - earlier)
    message = str(refused.value)
    assert "2026-03-03 06:00" in message
    assert f"{on(2) - earlier + timedelta(hours=1):%Y-%m-%d}" in message
    assert "\n  do: set the clock of this machine right" in message


def test_the_time_of_a_damaged_line_refuses_no_run(store):
    alter(store, b'"at": "2026-03-03', b'"at": "2036-03-03')
    refuse_to_go_back(store.event_log, on(2))
