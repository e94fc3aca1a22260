"""As known on a past day: the figures that were released then come out again, and nothing of today is touched."""

import json
from datetime import date, datetime

import pytest

from dagster_project.errors import ExitCode

from .installation import CBS, ask, figures, wrong_checksums

CBS_WAS_SILENT, TODAY = date(2026, 3, 4), date(2026, 6, 1)


@pytest.fixture(scope="module")
def installation(story, tmp_path_factory):
    """The spring, lived through: what is known now is not what was known on any day of it."""
    assert story.all_are_back.result.release_id
    return story.installation.copy(tmp_path_factory.mktemp("known") / "home")


def state_of_everything(home):
    """Every file of an installation but those of its reconstructions, with size and time; and where links point."""
    return {
        path.relative_to(home): path.readlink() if path.is_symlink() else path.stat().st_mtime_ns
        for path in home.rglob("*")
        if (path.is_file() or path.is_symlink()) and "as_known_on" not in path.parts and path.name != ".run.lock"
    }


@pytest.fixture(scope="module")
def made_again(installation):
    before = state_of_everything(installation.home)
    result = installation.reconstruct(CBS_WAS_SILENT, today=TODAY)
    assert state_of_everything(installation.home) == before
    return result


def test_the_figures_are_those_of_the_last_release_of_that_day(story, made_again):
    then = story.signalen_is_back
    assert (made_again.exit_code, made_again.failures) == (ExitCode.RELEASED_WITH_WITHHELD_FEEDS, [])
    assert figures(made_again.folder) == figures(then.latest)
    assert figures(made_again.folder) != figures(story.all_are_back.latest)


def test_what_was_withheld_is_withheld_and_the_clocks_stand_as_they_stood(story, made_again):
    clocks = "select * from freshness order by feed"
    assert ask(made_again.folder, clocks) == ask(story.signalen_is_back.latest, clocks)
    assert CBS in json.loads((made_again.folder / "release.json").read_text())["withheld"]


def test_the_release_says_that_it_is_a_reconstruction_of_which_day_and_made_when(story, made_again):
    told = json.loads((made_again.folder / "release.json").read_text())["point_in_time"]
    assert told["as_known_on"] == "2026-03-04"
    ((day, made_at),) = ask(made_again.folder, "select as_known_on, rebuilt_at from release")
    assert (day, made_at) == (CBS_WAS_SILENT, datetime.fromisoformat(told["made_at"]))
    assert made_at.date() == TODAY
    assert ask(story.signalen_is_back.latest, "select as_known_on, rebuilt_at from release") == [(None, None)]
    assert wrong_checksums(made_again.folder) == []


def test_programs_are_told_where_it_lies(installation, made_again):
    assert made_again.folder.parent.parent == installation.home / "as_known_on" / "2026-03-04"
    assert installation.latest.name == "2026-04-09_1"
