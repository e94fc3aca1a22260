"""A point-in-time rebuild gives the figures that were released on that day, and changes nothing of today."""

import json
from datetime import UTC, date, datetime

import pytest

from dagster_project.errors import ExitCode

from .installation import CBS, ask, figures, wrong_checksums

CBS_WAS_SILENT, TODAY = date(2026, 3, 4), date(2026, 6, 1)


@pytest.fixture(scope="module")
def installation(story, tmp_path_factory):
    """An installation after the whole spring: what is known now was not known on any day of it."""
    assert story.all_are_back.result.release_id
    return story.installation.copy(tmp_path_factory.mktemp("known") / "home")


def state_of_everything(home):
    """Every file of an installation except its rebuilds, with its time; and the targets of links."""
    return {
        path.relative_to(home): path.readlink() if path.is_symlink() else path.stat().st_mtime_ns
        for path in home.rglob("*")
        if (path.is_file() or path.is_symlink()) and "as_known_on" not in path.parts and path.name != ".run.lock"
    }


@pytest.fixture(scope="module")
def rebuilt(installation):
    """A rebuild, which asks no supplier and changes nothing else."""
    before, asked = state_of_everything(installation.home), len(installation.suppliers.requests)
    result = installation.reconstruct(CBS_WAS_SILENT, today=TODAY)
    assert state_of_everything(installation.home) == before
    assert len(installation.suppliers.requests) == asked
    return result


def test_the_figures_are_those_of_the_last_release_of_that_day(story, rebuilt):
    then = story.signalen_is_back
    assert (rebuilt.exit_code, rebuilt.failures) == (ExitCode.RELEASED_WITH_WITHHELD_FEEDS, [])
    assert figures(rebuilt.folder) == figures(then.latest)
    assert figures(rebuilt.folder) != figures(story.all_are_back.latest)


def test_the_same_feeds_are_withheld_and_the_clocks_are_the_same(story, rebuilt):
    clocks = "select * from freshness order by feed"
    assert ask(rebuilt.folder, clocks) == ask(story.signalen_is_back.latest, clocks)
    assert CBS in json.loads((rebuilt.folder / "release.json").read_text())["withheld"]


def test_the_release_says_that_it_is_a_rebuild_of_which_day_and_made_when(story, rebuilt):
    note = json.loads((rebuilt.folder / "release.json").read_text())["point_in_time"]
    assert note["as_known_on"] == "2026-03-04"
    ((day, made_at),) = ask(rebuilt.folder, "select as_known_on, rebuilt_at from release")
    assert (day, made_at) == (
        CBS_WAS_SILENT,
        datetime.fromisoformat(note["made_at"]).astimezone(UTC).replace(tzinfo=None),
    )
    assert made_at.date() == TODAY
    assert ask(story.signalen_is_back.latest, "select as_known_on, rebuilt_at from release") == [(None, None)]
    assert wrong_checksums(rebuilt.folder) == []


def test_programs_get_its_folder(installation, rebuilt):
    assert rebuilt.folder.parent.parent == installation.home / "as_known_on" / "2026-03-04"
    assert installation.latest.name == "2026-04-09_1"
