"""Bad deliveries: each is reported, quarantined or asked for again, and changes no figure; the other feed goes on."""

import json
from datetime import date

import pytest

from dagster_project.errors import ExitCode

from .installation import CBS, SIGNALEN, ask, figures, wrong_checksums
from .story import BAD_DAYS, TABLES

# What each of the faults must be called, in the order of the days: CBS's three editions, then the zip.
WORDS = {
    date(2026, 2, 3): (
        [TABLES[2023], "not what the protocol promises"],
        [TABLES[2024], "not what the protocol promises", "<!DOCTYPE html>"],
        [TABLES[2025], "duplicate rows"],
        ["UTF-8"],
    ),
    date(2026, 2, 4): (
        [TABLES[2023], "is not complete"],
        [TABLES[2024], "AantalInwoners"],
        [TABLES[2025], "pages in a circle"],
        ["empty zip"],
    ),
}
CASES = [(number, position) for number, day in enumerate(BAD_DAYS) for position in range(len(WORDS[day]))]


def problem(day, position):
    """The problem reported for one of CBS's editions, or for the zip."""
    told = day.states[SIGNALEN].problems if position == 3 else day.states[CBS].problems
    return told[0 if position == 3 else position]


@pytest.mark.parametrize(("number", "position"), CASES)
def test_a_fault_is_told_with_what_was_expected_what_is_kept_and_what_to_do(story, number, position):
    day = story.bad_days[number]
    told = problem(day, position)
    assert told.startswith("signalen / reports: " if position == 3 else "cbs / key_figures: ")
    for word in WORDS[day.day][position]:
        assert word in told
    for line in ("\n  expected: ", "\n  came: ", "\n  kept: the delivery of 2026-01-31", "\n  do: "):
        assert line in told
    assert told in day.feed(SIGNALEN if position == 3 else CBS).why


@pytest.mark.parametrize("number", range(len(BAD_DAYS)))
def test_a_bad_delivery_is_kept_aside_with_its_reason(story, number):
    day = story.bad_days[number]
    for feed in (CBS, SIGNALEN):
        for told in day.states[feed].problems:
            what_is_kept = next(line for line in told.splitlines(keepends=True) if line.startswith("  kept: "))
            # Of a supplier that broke off or did not answer there is nothing to keep.
            is_kept = told.replace(what_is_kept, "") in day.quarantined[feed]
            assert is_kept is ("no usable answer" not in told)
        assert day.states[feed].candidates == {}


@pytest.mark.parametrize("number", range(len(BAD_DAYS)))
def test_a_bad_delivery_changes_no_figure_and_moves_no_clock(story, number):
    day = story.bad_days[number]
    assert day.result.exit_code == ExitCode.RELEASED_WITH_UNCHECKED_FEEDS
    assert figures(day.latest) == figures(story.first.latest)
    assert wrong_checksums(day.latest) == []
    for feed in (CBS, SIGNALEN):
        assert [one.delivery_id for one in day.states[feed].current.values()] == [
            one.delivery_id for one in story.first.states[feed].current.values()
        ]
        assert day.states[feed].checked_at == story.first.states[feed].checked_at
        assert day.feed(feed).state == "fresh, but not confirmed"


def test_the_release_itself_says_which_supplier_failed(story):
    day = story.bad_days[0]
    note = json.loads((day.latest / "release.json").read_text())
    assert set(note["problems"]) == {CBS, SIGNALEN}
    assert len(note["problems"][CBS]) == 3


def test_a_supplier_that_asks_for_patience_is_asked_again(story):
    day = story.signalen_is_back
    asked = [path for _, path in day.requests if "private/csv" in path]
    assert len(asked) == 2
    assert day.states[SIGNALEN].problems == []
    assert day.states[SIGNALEN].checked_at.date() == day.day


def test_an_extra_column_is_left_behind_and_listed(story):
    day = story.cbs_is_back
    store = story.installation.stores(day.day)[CBS]
    assert day.states[CBS].problems == []
    for stored in day.states[CBS].current.values():
        manifest = store.manifest(stored.delivery_id)
        assert "NieuwOnderwerp_999" in manifest.tables["key_figures"].dropped_columns
        assert "NieuwOnderwerp_999" not in manifest.tables["key_figures"].columns


def test_one_suppliers_bad_delivery_does_not_hold_up_the_other(story):
    """On 8 April CBS sends news while Signalen's zip lacks a column; on 4 March it is the other way round."""
    day = story.cbs_is_back
    assert day.states[CBS].current != story.signalen_is_back.states[CBS].current
    assert "lacks column 'n_days' in sla.csv" in day.why(SIGNALEN)
    assert [one.delivery_id for one in day.states[SIGNALEN].current.values()] == [
        one.delivery_id for one in story.signalen_is_back.states[SIGNALEN].current.values()
    ]
    assert story.signalen_is_back.states[SIGNALEN].current != story.all_silent.states[SIGNALEN].current


def test_a_feed_that_is_not_asked_for_keeps_its_figures_and_its_clock(story):
    day, before = story.all_are_back, story.cbs_is_back
    assert day.requests
    assert not [path for _, path in day.requests if "OData" in path]
    assert day.feed(CBS).state == "fresh"
    assert day.states[CBS] == before.states[CBS]
    assert day.states[SIGNALEN].current != before.states[SIGNALEN].current
    assert figures(day.latest, CBS) == figures(before.latest, CBS)
    assert ask(day.latest, "select release_id from release") == [("2026-04-09_1",)]
