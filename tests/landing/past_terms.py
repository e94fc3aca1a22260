"""An installation of eleven years ago, with releases and public editions of which only what pruning reads is there."""

import shutil
from dataclasses import replace
from datetime import date

import isodate

from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.operations.prune import prune
from dagster_project.operations.verify import verify
from dagster_project.release.build import ReleaseNote
from dagster_project.storage.atomic import point_link
from dagster_project.storage.checksums import write_checksums

from .lived_through import CRIMES

FIRST = date(2010, 1, 15)
# Eleven years and some days after the first, so that terms of ten years are over for the oldest.
TODAY = date(2021, 2, 1)


def month(number: int) -> date:
    return FIRST + isodate.duration.Duration(months=number)


def ids(lived):
    """Every delivery that came, oldest first."""
    store = lived.store()
    return sorted((path.name for path in store.deliveries.iterdir()), key=lambda one: store.manifest(one).received_at)


def release(lived, day, *deliveries, number=1, feed=CRIMES):
    """A release that exists, and names its deliveries."""
    note = ReleaseNote(
        release_id=f"{day}_{number}",
        municipality_code="GM9999",
        as_of=day,
        version="0.1.0",
        is_fictional=True,
        rows={},
        withheld={},
        problems={},
        deliveries={feed: {str(n): one for n, one in enumerate(deliveries)}} if deliveries else {},
    )
    folder = lived.home / "releases" / note.release_id
    (folder / "csv").mkdir(parents=True)
    (folder / "csv" / "mart.csv").write_text("figures")
    (folder / "release.json").write_text(note.model_dump_json())
    write_checksums(folder)
    point_link(lived.home / "releases" / "latest", note.release_id)
    return folder


def pruned(lived, today=TODAY, *, is_dry_run=False):
    return prune(lived.workspace(today), is_dry_run=is_dry_run)


def whole(lived):
    """The deliveries of which both tables and payload are there."""
    store = lived.store()
    return [one for one in ids(lived) if store.has_tables(one) and store.has_payload(one)]


def findings(lived, today=TODAY):
    return [(finding.file, finding.problem) for finding in verify(lived.workspace(today)).findings]


def edition(lived, day, number=1):
    """A public edition that exists."""
    folder = lived.home / "public" / f"{day}_{number}"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("figures")
    write_checksums(folder)
    point_link(lived.home / "public" / "latest", folder.name)
    return folder


def under_other_terms(lived, today, folder, terms):
    """The workspace where the contract of the feed says this of its retention."""
    models = shutil.copytree(DBT_PROJECT / "models" / "staging", folder / "models")
    contract = models / "police" / "_police__sources.yml"
    text = contract.read_text("utf-8")
    heading = "            delivery:\n"
    assert heading in text
    contract.write_text(text.replace(heading, f"{heading}              retention: {terms}\n"))
    return replace(lived.workspace(today), models=models)
