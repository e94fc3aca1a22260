"""Releases that differ from the sample's in what a test says, as an installation would have them."""

import json
import shutil

import duckdb

from dagster_project.release.reader import DATABASE, DATAPACKAGE, LATEST, NOTE


def copy_release(source, releases, release_id, *changes):
    """Copy a release under another id, with SQL ``changes`` to the tables behind its views."""
    target = releases / release_id
    target.mkdir(parents=True)
    for name in (DATABASE, DATAPACKAGE, NOTE):
        shutil.copy(source / name, target / name)
    for name, key in ((NOTE, "release_id"), (DATAPACKAGE, "version")):
        content = json.loads((target / name).read_text("utf-8"))
        content[key] = release_id
        (target / name).write_text(json.dumps(content), "utf-8")
    with duckdb.connect(str(target / DATABASE)) as connection:
        for change in changes:
            connection.execute(change)
    return target


def point_to(releases, release_id):
    """Make a release the latest, in one step as a run does."""
    new = releases / f".{release_id}.new"
    new.symlink_to(release_id)
    new.replace(releases / LATEST)
