"""Thirty nights with a new Signalen export each: nothing grows beyond its retention.

The nights are a week apart, so that they span more than twice the time for which a night's release is kept. Dagster
dates its runs by the machine's own clock, so the removal of its history is called for a later day at the end.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest
from starlette.applications import Starlette
from suppliers.running import running

from dagster_project.contracts.calendar import fresh_until
from dagster_project.contracts.load import load_release_retention
from dagster_project.defs.retention_asset import remove_old_runs
from dagster_project.installation.settings import DBT_PROJECT, PROJECT
from dagster_project.operations.verify import verify
from dagster_project.release.build import read_note

from .footprint import Footprint, footprint, kept_deliveries, kept_releases
from .installation import SIGNALEN, Installation

pytestmark = pytest.mark.long

NIGHTS = 30
FIRST = date(2026, 1, 5)
DAYS = [FIRST + timedelta(weeks=number) for number in range(NIGHTS)]
# From here on as many releases go as come.
HALF = NIGHTS // 2


@dataclass
class Lived:
    """The installation after all nights, and what it kept after each."""

    installation: Installation
    instance: dg.DagsterInstance
    nights: list[Footprint]


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    home, dagster_home = (tmp_path_factory.mktemp("nights") / name for name in ("home", "dagster"))
    dagster_home.mkdir()
    shutil.copy(PROJECT / "orchestration" / "dagster.yaml", dagster_home)
    nights = []
    with running(Starlette()) as suppliers, dg.DagsterInstance.from_config(str(dagster_home)) as instance:
        installation = Installation(home, suppliers, {"DAGSTER_HOME": str(dagster_home)})
        for day in DAYS:
            suppliers.travel_to(day)
            result = installation.run(day)
            assert (result.exit_code, result.failures) == (0, [])
            nights.append(footprint(home, dagster_home))
        yield Lived(installation, instance, nights)


def added(nights, name):
    """Growth per night, without the first, which also makes what every night shares."""
    return [getattr(after, name) - getattr(before, name) for before, after in pairwise(nights)]


def test_releases_are_those_that_the_contract_keeps(lived):
    terms = load_release_retention(DBT_PROJECT / "models")
    month_ends = {(day.year, day.month): day for day in DAYS}.values()
    expected = [day for day in DAYS if day in month_ends or fresh_until(day, terms.releases) >= DAYS[-1]]
    assert [read_note(folder).as_of for folder in kept_releases(lived.installation.home)] == expected
    assert len(expected) < NIGHTS


def test_deliveries_are_those_of_kept_releases_and_the_one_before(lived):
    home = lived.installation.home
    notes = [read_note(folder) for folder in kept_releases(home)]
    named = {delivery for note in notes for editions in note.deliveries.values() for delivery in editions.values()}
    left = kept_deliveries(home)
    assert named <= left
    assert len(left - named) <= 1
    reports = {delivery for note in notes for delivery in note.deliveries[SIGNALEN].values()}
    assert len(reports) == len(notes), "each night had a new export"


@pytest.mark.parametrize(
    "name", ["event_lines", "dagster_rows", "dagster_checks", "dagster_files", "publications", "publications_bytes"]
)
def test_a_later_night_adds_no_more_records_than_an_earlier_one(lived, name):
    per_night = added(lived.nights, name)
    # Indicators of a new quarter make a night differ by a few events.
    assert max(per_night[HALF:]) <= 1.1 * max(per_night[:HALF])


@pytest.mark.parametrize(("size", "number"), [("landing_bytes", "deliveries"), ("releases_bytes", "releases")])
def test_bytes_grow_with_what_is_kept_and_with_nothing_else(lived, size, number):
    each = [getattr(night, size) / getattr(night, number) for night in lived.nights]
    assert max(each[HALF:]) <= 1.2 * max(each[:HALF])


@pytest.mark.parametrize("name", ["other_files", "other_bytes"])
def test_what_is_no_history_does_not_grow(lived, name):
    kept = [getattr(night, name) for night in lived.nights]
    assert max(kept[HALF:]) <= 1.2 * max(kept[:HALF])


def test_what_is_left_is_intact(lived):
    assert verify(lived.installation.workspace(DAYS[-1])).findings == []


def test_dagster_keeps_nothing_of_a_removed_run(lived):
    """The last test, since it removes the history of all nights."""
    dagster_home = Path(lived.instance.root_directory)
    runs = {run.run_id for run in lived.instance.get_runs()}
    assert len(runs) == NIGHTS
    later = datetime.now(UTC) + timedelta(days=1)
    assert remove_old_runs(lived.instance, str(lived.installation.home), later) == NIGHTS
    assert [file for file in dagster_home.rglob("*") if any(run in str(file) for run in runs)] == []
    # The names of assets and the versions of tables stay, as after the first night.
    after = footprint(lived.installation.home, dagster_home)
    assert after.dagster_rows < lived.nights[0].dagster_rows
    assert after.dagster_files <= lived.nights[0].dagster_files
