"""The landing of a past day: the states after its last audit, no later deliveries, and each refusal."""

import shutil
from datetime import date, timedelta

import pytest

from dagster_project.errors import SetupError
from dagster_project.installation.opening import sole_run
from dagster_project.landing.history import record_audit
from dagster_project.operations.rebuild_as_of import rebuild_as_of

from .lived_through import CBS, CRIMES, Lived, morning

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)
TODAY = date(2026, 6, 1)


@pytest.fixture
def lived(tmp_path):
    """Crimes that are revised every month; key figures came in February and were confirmed in March."""
    lived = Lived(tmp_path / "home")
    for number, day in enumerate((JANUARY, FEBRUARY, MARCH)):
        lived.receive(day, number)
    lived.receive(FEBRUARY, 0, CBS, "2025")
    lived.confirm(MARCH, CBS)
    return lived


def rebuilt(lived, day):
    return Lived(rebuild_as_of(lived.workspace(TODAY), day).home)


def names(store):
    return {path.name for path in store.deliveries.glob("*")}


def test_a_day_has_the_state_that_its_last_audit_left(lived):
    for day in (JANUARY, FEBRUARY, MARCH):
        past = rebuilt(lived, day).store()
        state = past.state()
        assert state.checked_at == morning(day)
        assert [entry.kind for entry in past.event_log.entries()] == ["audited"]
    assert state == lived.store().state()


def test_a_day_without_an_audit_has_what_was_known_before_it(lived):
    on_the_day, between = rebuilt(lived, FEBRUARY), rebuilt(lived, FEBRUARY + timedelta(days=20))
    assert on_the_day.store().state() == between.store().state()


def test_deliveries_are_linked_and_those_of_later_are_not_there(lived):
    past = rebuilt(lived, FEBRUARY).store()
    stored = past.state().current["current"]
    assert names(past) == {stored.delivery_id, stored.previous_id}
    assert len(names(lived.store())) == 3
    assert all(path.is_symlink() for path in past.deliveries.iterdir())
    assert past.manifest(stored.delivery_id).received_at == morning(FEBRUARY)


def test_a_feed_of_later_has_no_landing(lived):
    assert not rebuilt(lived, JANUARY).store(CBS).folder.exists()
    assert rebuilt(lived, FEBRUARY).store(CBS).folder.exists()


def test_nothing_of_the_installation_changes(lived):
    def everything():
        files = (path for path in lived.home.rglob("*") if "as_known_on" not in path.parts and path.is_file())
        return {path: path.read_bytes() for path in files if path.name != ".run.lock"}

    before = everything()
    rebuilt(lived, FEBRUARY)
    assert everything() == before


def test_a_delivery_that_awaited_its_audit_was_not_known(lived):
    store = lived.store()
    state = store.state()
    waiting = state.model_copy(update={"candidates": state.current, "current": {}})
    record_audit({store: waiting}, morning(MARCH + timedelta(days=1)))
    past = rebuilt(lived, MARCH + timedelta(days=1)).store().state()
    assert (past.candidates, past.current) == ({}, {})


def test_every_rebuild_starts_from_nothing(lived):
    past = rebuilt(lived, JANUARY)
    (past.home / "warehouse.duckdb").write_bytes(b"of another time")
    (past.home / "releases").mkdir()
    rebuilt(lived, JANUARY)
    assert {path.name for path in past.home.iterdir()} == {"landing", "published", ".run.lock"}


def test_a_delivery_that_served_to_compare_with_alone_may_be_gone(lived):
    state = lived.store().state()
    shutil.rmtree(lived.store().deliveries / state.current["current"].previous_id)
    past = rebuilt(lived, MARCH).store()
    assert past.state().current["current"].previous_id is None


def refused(lived, day):
    with pytest.raises(SetupError) as error:
        rebuild_as_of(lived.workspace(TODAY), day)
    assert "\n  do: " in str(error.value)
    return str(error.value)


def test_a_day_before_the_first_audit_is_refused_with_the_first(lived):
    assert "before the first audit here, of 2026-01-31" in refused(lived, JANUARY - timedelta(days=1))


def test_a_day_to_come_is_refused(lived):
    assert "lies in the future: today is 2026-06-01" in refused(lived, TODAY + timedelta(days=1))
    assert rebuilt(lived, TODAY).store().state().checked_at == morning(MARCH)


def test_where_nothing_ever_ran_nothing_is_known(tmp_path):
    assert "nothing is known of any day" in refused(Lived(tmp_path / "nowhere"), TODAY)
    assert not (tmp_path / "nowhere").exists()


def test_a_history_that_was_changed_is_refused(lived):
    log = lived.store().event_log.file
    log.write_bytes(log.read_bytes().replace(b'"2026-01-31T', b'"2026-01-30T', 1))
    message = refused(lived, FEBRUARY)
    assert str(log) in message
    assert "was changed outside Maandvers" in message


@pytest.mark.parametrize("part", ["", "crime_monthly.parquet", "manifest.json"])
def test_a_delivery_that_is_not_whole_is_named(lived, part):
    delivery_id = rebuilt(lived, FEBRUARY).store().state().current["current"].delivery_id
    gone = lived.store().deliveries / delivery_id / part
    gone.unlink() if part else shutil.rmtree(gone)
    assert f"{CRIMES}: delivery {delivery_id}, current on 2026-02-28, is missing" in refused(lived, FEBRUARY)


def test_nothing_is_rebuilt_while_a_run_is_at_work(lived):
    with sole_run(lived.workspace(TODAY)):
        assert "another run is at work" in refused(lived, FEBRUARY)
    with sole_run(lived.workspace(TODAY).as_known_on(FEBRUARY)):
        assert "another run is at work" in refused(lived, FEBRUARY)
