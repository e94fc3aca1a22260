"""What held for a feed at any moment is kept: read back by day, sealed bit by bit, and never written backwards."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from dagster_project.errors import SetupError
from dagster_project.landing.history import (
    entries_until,
    refuse_to_go_back,
    remember,
    state_of,
)
from dagster_project.landing.store import FeedState, FeedStore

from .receiving import contract

FIRST = datetime(2026, 3, 1, 5, tzinfo=UTC)


def store_in(folder):
    return FeedStore(folder / "landing", contract("cbs.key_figures"))


@pytest.fixture
def store(tmp_path):
    """Three days on which the supplier was asked, and a fourth on which nobody did anything."""
    store = store_in(tmp_path)
    for day in range(3):
        state = store.state()
        state.attempted_at = state.checked_at = FIRST + timedelta(days=day)
        store.save(state)
        remember(store, FIRST + timedelta(days=day))
    remember(store, FIRST + timedelta(days=3))
    return store


def state_on(store, day):
    return state_of(entries_until(store, day)[-1])


def test_the_state_of_every_past_day_is_read_back(store):
    for day in range(3):
        assert state_on(store, date(2026, 3, 1 + day)).checked_at == FIRST + timedelta(days=day)
    assert entries_until(store, date(2026, 2, 28)) == []


def test_a_day_ends_at_midnight_in_the_municipality(tmp_path):
    store = store_in(tmp_path)
    store.save(FeedState(attempted_at=FIRST))
    remember(store, datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    assert entries_until(store, date(2026, 3, 1)) == []
    assert len(entries_until(store, date(2026, 3, 2))) == 1


def test_a_run_that_changes_nothing_adds_no_line(store):
    assert len(store.event_log.entries()) == 3


def test_a_feed_that_nobody_uses_has_no_history(tmp_path):
    store = store_in(tmp_path)
    remember(store, FIRST)
    assert not store.folder.exists()


def test_a_state_that_was_saved_before_it_had_all_of_its_fields_keeps_its_clocks(tmp_path):
    store = store_in(tmp_path)
    store.save(FeedState(attempted_at=FIRST, checked_at=FIRST))
    content = json.loads(store.state_file.read_bytes())["state"]
    del content["window"]
    seal = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    store.state_file.write_text(json.dumps({"seal": seal, "state": content}, indent=2))
    assert store.is_state_sealed()
    assert store.state().checked_at == FIRST


@pytest.mark.parametrize("earlier", [timedelta(seconds=1), timedelta(days=400)])
def test_a_clock_that_was_set_back_is_refused_with_both_moments(store, earlier):
    last = FIRST + timedelta(days=2)
    refuse_to_go_back([store], last)
    with pytest.raises(SetupError) as refused:
        refuse_to_go_back([store], last - earlier)
    told = str(refused.value)
    assert "2026-03-03 06:00" in told
    assert f"{last - earlier + timedelta(hours=1):%Y-%m-%d}" in told
    assert "\n  do: set the clock of this machine right" in told
